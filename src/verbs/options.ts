/** Flags that every verb takes. */
export interface CommonOptions {
  inventory?: string | undefined
  json?: boolean | undefined
  color?: boolean | undefined
  verbose?: boolean | undefined
  /** Hosts worked on at a time. */
  forks: number
  /** Seconds for connecting to a host; undefined: the inventory's. */
  timeout?: number | undefined
}

/** Flags of the verbs that look at or work on a part of the inventory. */
export interface SelectOptions extends CommonOptions {
  limit?: string | undefined
  only?: string[] | undefined
}

export interface UpOptions extends SelectOptions {
  yes?: boolean | undefined
  /** A plan saved by `haops plan --out`: apply just that, or nothing. */
  plan?: string | undefined
}

export interface PlanOptions extends SelectOptions {
  out?: string | undefined
}

export interface ExecOptions extends SelectOptions {
  /** Run as root, by the host's `become`. */
  root?: boolean | undefined
  /** Seconds that the command may take. */
  commandTimeout: number
}

export interface StatusOptions extends CommonOptions {
  /** Look again and again: seconds between two looks. True: the default. */
  watch?: number | true | undefined
}
