import type * as z from "zod"
import type { Notes } from "../document/notes.ts"
import type { Path } from "../document/problems.ts"
import { type Group, type Host, hostsOf, type Inventory } from "./inventory.ts"

/** A thing's part of the inventory: what a user writes there, and what that comes to. */
export interface Section<Yaml, Settings> extends SectionKey<Settings> {
  /** Where a reader of the schema finds it: sections stand in the order of these numbers. */
  place: number
  schema: z.ZodType<Yaml | undefined>
  /** Keys of the sections whose settings it reads: those are expanded first. */
  after?: readonly string[]
  /**
   * Pure. Short forms expanded, defaults applied, references checked; what is wrong goes to `context.notes`. Called without `yaml`
   * where the section is absent, or could not be read. Undefined: it is not managed.
   */
  expand(yaml: Yaml | undefined, context: ExpandContext): Settings | undefined
  /** Pure. What the settings of sections that were expanded later add to its own. */
  complete?(settings: Settings, inventory: Expanded): Settings
  /** Checks of what stands in several sections, when all are expanded. */
  check?(context: ExpandContext): void
  /** Where it holds secrets, as paths of the inventory, `*` being any key: one in plain text is warned of. */
  secrets?: readonly Path[]
  /** Warns of what is allowed and yet likely to hurt. */
  advise?(inventory: Expanded, notes: Notes): void
}

/** What a section can refer to. */
export interface ExpandContext {
  /** Absolute path of the inventory: paths in it are relative to its directory. */
  file: string
  hosts: readonly Host[]
  /** All of the inventory as it is written, as far as it could be read. */
  yaml: Readonly<Record<string, unknown>>
  /** What the sections before it came to. */
  expanded: Partial<Expanded>
  notes: Notes
}

export type Expanded = Omit<Inventory, "warnings">

/** Names a section of the inventory, and what it comes to by its type. */
interface SectionKey<out Settings> {
  readonly key: string
  /** Of the type alone; never there. */
  readonly settings?: Settings
}

export function sectionKey<Settings>(key: string): SectionKey<Settings> {
  return { key }
}

/** A section's settings: for those that the type of the inventory does not name. */
export function settingsOf<Settings>(
  inventory: Partial<Expanded>,
  { key }: SectionKey<Settings>,
): Settings | undefined {
  return Reflect.get(inventory, key) as Settings | undefined
}

/** The settings of a thing that is managed on one group, where they are this host's. */
export function settingsOn<Settings extends { on: Group }>(
  { inventory, host }: { inventory: Expanded; host: Pick<Host, "group"> },
  key: SectionKey<Settings>,
): Settings | undefined {
  const settings = settingsOf(inventory, key)
  return settings?.on === host.group ? settings : undefined
}

/** The hosts that have such a thing, in the inventory's order; none where it is not managed. */
export function hostsWith<Settings extends { on: Group }>(
  inventory: Expanded,
  key: SectionKey<Settings>,
): readonly Host[] {
  const settings = settingsOf(inventory, key)
  return settings === undefined ? [] : hostsOf(inventory, settings.on)
}

// biome-ignore lint/suspicious/noExplicitAny: a heterogeneous list of sections; defineSection checked each one
export type AnySection = Section<any, any>

/** Checks a section's types where it is written. */
export function defineSection<Yaml, Settings>(section: Section<Yaml, Settings>): Section<Yaml, Settings> {
  return section
}
