/** Flags that every verb takes. */
export interface CommonOptions {
  /** Files, each over those before it; `-` is standard input. */
  inventory?: string | readonly string[] | undefined
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

export interface UpgradeOptions extends UpOptions {
  /** A version, of the one thing that `only` names. */
  to?: string | undefined
  /** Plan only, and save it here. */
  out?: string | undefined
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
  /** What every host has installed, and what its repositories offer; nothing else. */
  versions?: boolean | undefined
}

export interface RenderOptions extends CommonOptions {
  /** Hosts or groups, as with `--limit`. */
  host?: string | undefined
  /** A directory to write to. */
  out?: string | undefined
  /** With secrets. */
  reveal?: boolean | undefined
}

/** Flags of the verbs about one node. */
export interface NodeOptions extends CommonOptions {
  yes?: boolean | undefined
}

export interface VerifyOptions extends NodeOptions {
  /** Really fence this node. */
  fencing?: string | undefined
}

export interface RecoverOptions extends NodeOptions {
  /** Members that are gone for good. */
  without: string[]
}

export interface AddNodeOptions extends NodeOptions {
  /** Where the node is reached: it is written into the inventory, which does not name it yet. */
  address?: string | undefined
  /** Go on though another member does not answer, as long as the cluster has quorum. */
  allowUnreachable?: boolean | undefined
}

export interface RemoveNodeOptions extends NodeOptions {
  /** The node is gone for good: go on though it does not answer. */
  force?: boolean | undefined
  /** Go on though the nodes that are left would have no quorum. */
  loseQuorum?: boolean | undefined
  /** Go on though messages end with the node, which alone has them. */
  loseMessages?: boolean | undefined
}

/** Flags of the verbs that take a server out of a load balancer. */
export interface LbOptions extends CommonOptions {
  /** Though no other server of the service takes connections. */
  force?: boolean | undefined
}

export interface RotateOptions extends UpOptions {
  /** Though tokens that are good become invalid by it. */
  force?: boolean | undefined
}

export interface DrillOptions extends CommonOptions {
  yes?: boolean | undefined
  /** The VIP by its name. Default: the first with a service. */
  vip?: string | undefined
  /** The service that is asked. Default: the VIP's first that speaks HTTP. */
  service?: string | undefined
  /** The longest outage that passes, in milliseconds. Undefined: any. */
  maxOutage?: number | undefined
  /** The longest that a fault which lasts is left in place, in milliseconds. */
  hold: number
  /** How long the cluster may take to be healthy again, in milliseconds. Undefined: by the kind. */
  recovery?: number | undefined
  /** A page of it is written there. */
  report?: string | undefined
}
