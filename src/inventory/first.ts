import { stringify } from "yaml"
import type { PresetName } from "../haproxy/presets/names.ts"

/** What a first inventory is made from. */
export interface FirstAnswers {
  name: string
  /** Addresses by host name. */
  controllers: Readonly<Record<string, string>>
  /** Empty: the controllers carry haproxy. */
  loadbalancers: Readonly<Record<string, string>>
  /** ADDRESS/PREFIX */
  vip: string
  /** Left out: ~/.ssh/config says it, or it is the operator's own name. */
  user?: string | undefined
  preset: PresetName
  /** Where the hacluster password is, relative to the inventory. */
  passwordFile: string
}

/**
 * A first inventory as YAML that a person goes on to edit: what they said, and comments on what they may want next. Load balancers of
 * their own have their VIP moved by keepalived, which needs no cluster; on controllers pacemaker does it.
 */
export function firstInventory(answers: FirstAnswers): string {
  const { name, controllers, loadbalancers, user, preset } = answers
  const sections = [
    "# yaml-language-server: $schema=./inventory.schema.json",
    "# Editors complete this file once that is there: haops schema >inventory.schema.json",
    yaml({ name }),
    login(user),
    yaml({ controllers }),
    hasPacemaker(answers) ? onControllers(answers) : onLoadBalancers(answers, loadbalancers),
    `haproxy:\n  services:\n    - preset: ${preset}   # an entry of its own name beside it overrides one of the preset's`,
  ]
  return `${sections.join("\n")}\n`
}

function login(user: string | undefined): string {
  if (user === undefined)
    return "# ssh: { user: root, identityFile: ~/.ssh/id_ed25519 }   ~/.ssh/config and the agent count as well"
  return yaml({ ssh: user === "root" ? { user } : { user, become: "sudo" } })
}

/** Whether a password of hacluster is needed. */
export function hasPacemaker({ loadbalancers }: Pick<FirstAnswers, "loadbalancers">): boolean {
  return Object.keys(loadbalancers).length === 0
}

function onControllers({ vip, passwordFile }: FirstAnswers): string {
  return [
    `pacemaker:\n  password: { file: ${passwordFile} }   # of the user hacluster; 0600, and not for version control`,
    "  # fencing: …   without it a split brain corrupts shared data; says how a node that hangs is switched off",
    yaml({ vips: { vip } }),
  ].join("\n")
}

function onLoadBalancers({ vip }: FirstAnswers, loadbalancers: Readonly<Record<string, string>>): string {
  return [
    yaml({ loadbalancers }),
    `vips:\n  vip: { address: ${vip}, manager: keepalived }   # virtualRouterId: … where the network has others already`,
  ].join("\n")
}

function yaml(value: unknown): string {
  return stringify(value).trimEnd()
}
