/** What is left of what a thing did, and what it says of itself now: for whoever looks for what happened. */
export interface Evidence {
  /** Globs of its logs; one that was not written to since is left out. Compressed ones are taken in clear. */
  logs?: readonly string[] | undefined
  /** Globs of its configuration and state; those of a history only where they are newer. Never where a key lies. */
  files?: readonly string[] | undefined
  /** What is said now, by the name of the file that it is kept in. Asked before anything else is taken. */
  says?: Readonly<Record<string, Saying>> | undefined
  /** What lines of the journal and of logs tell, in a few words. */
  tells?: readonly Tell[] | undefined
}

interface Saying {
  /** Without it, there is nothing to ask. */
  program: string
  /** Shell, read-only. */
  script: string
}

/** `left`: somebody is gone. `back`: it is there again. `moved`: what runs where. `done`: by an operator. */
export type EventKind = "left" | "failed" | "moved" | "back" | "done"

export interface Tell {
  /** The program whose line it is, all of its name. */
  by: RegExp
  line: RegExp
  kind: EventKind | ((match: RegExpExecArray) => EventKind | undefined)
  /** `nameOf`: a node's name by corosync's number for it. */
  words(match: RegExpExecArray, nameOf: (id: string) => string): string
}
