import { cleanScreen, escapeJson } from "../base/clean.ts"
import { HaopsError } from "../base/errors.ts"
import { EXIT } from "../base/exit-codes.ts"
import { COMPONENTS } from "../components.ts"
import { loadInventory } from "../inventory/load.ts"
import { createSecretStore } from "../inventory/secrets.ts"
import type { Inventory, SecretSource } from "../model/inventory.ts"
import type { CommonOptions } from "./options.ts"

interface ConnectionsOptions extends CommonOptions {
  /** With passwords. */
  reveal?: boolean | undefined
}

const MASKED = "[secret]"

interface Line {
  component: string
  name: string
  of?: string | undefined
  variable?: boolean | undefined
  value: string
}

/**
 * `haops connections`: how other services reach those of the inventory, as lines for their configuration. It asks no host. Passwords are
 * masked, and not even looked up, without `--reveal`.
 */
export async function connections(options: ConnectionsOptions): Promise<number> {
  const inventory = await loadInventory(options.inventory)
  const lines = await linesOf(inventory, options.reveal === true ? revealing() : () => MASKED)
  if (lines.length === 0) {
    throw new HaopsError("E_INPUT", `${inventory.file} has no service that others are to be told of`, {
      hint: "Such as memcached or rabbitmq: see inventory/openstack-services.yaml.",
    })
  }
  if (options.json === true) {
    const document = { outcome: "done", exit: EXIT.done, connections: lines.map(({ variable: _, ...line }) => line) }
    process.stdout.write(`${escapeJson(JSON.stringify(document, undefined, 2))}\n`)
  } else {
    process.stdout.write(cleanScreen(textOf(lines)))
  }
  return EXIT.done
}

async function linesOf(inventory: Inventory, plain: (source: SecretSource) => string): Promise<readonly Line[]> {
  const secret = (source: SecretSource) => {
    const text = plain(source)
    return text === MASKED ? text : encodeURIComponent(text)
  }
  const all = await Promise.all(
    COMPONENTS.map(async ({ name: component, connections }) => {
      const of = (await connections?.())?.(inventory) ?? []
      return of.map(({ value, ...line }) => ({ component, ...line, value: value(secret, plain) }))
    }),
  )
  return all.flat()
}

function revealing(): (source: SecretSource) => string {
  const secret = createSecretStore({ onWarning: (text) => process.stderr.write(cleanScreen(`warning: ${text}\n`)) })
  return (source) => secret(source).reveal()
}

/** Lines of one service, or user, under one heading. */
function textOf(lines: readonly Line[]): string {
  const headingOf = ({ component, of }: Line) => `# ${component}${of === undefined ? "" : `: ${of}`}\n`
  return lines
    .map((line, at) => {
      const before = lines[at - 1]
      const first = before === undefined || headingOf(before) !== headingOf(line)
      const { name, variable, value } = line
      const text = variable === true ? `export ${name}='${value.replaceAll("'", "'\\''")}'` : `${name} = ${value}`
      return `${first ? headingOf(line) : ""}${text}\n`
    })
    .join("")
}
