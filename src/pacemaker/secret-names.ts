/**
 * Parameters of agents that are secrets: `passwd`, fence_aws's `secret_key`, fence_ibm's `apikey`, fence_pve's `token_value`, SNMP's
 * `community` and `snmp_priv_passwd`, fence_ipmilan's `hexadecimal_kg`, which is the BMC's own key. Not those that name where one is:
 * `passwd_script`, `token_file`. Names are all there is to go by: no agent's metadata says of a parameter that it is a secret. The fence
 * agents' has `unique`, `required`, `obsoletes` and `deprecated`, and `string` for a password as for an address
 * (tests/data/metadata/*.xml of ClusterLabs/fence-agents, 3231 parameters); the resource agents' has `reloadable` and `unique-group` besides,
 * as OCF's ra-api 1.1 has it. The list was read against all of their names.
 */
const SECRET =
  /^(.*passw(or)?d|(.*[_-])?(pass|pass_?phrase|secret([_-](access[_-])?key)?|api[_-]?(key|token)|token([_-]value)?|community|private[_-]key|cookie|hexadecimal_kg))$/i

/** Names whose values are better not shown where somebody else has set them: any that speaks of such a thing. */
const SENSITIVE = /pass|pwd|secret|token|api[_-]?key|community|private[_-]?key|cookie|hexadecimal_kg/i

/** Whether an agent's parameter of this name holds a secret itself. */
export function isSecretName(name: string): boolean {
  return SECRET.test(name)
}

/** Whether the value of a parameter of this name is to be hidden from view. */
export function isSensitiveName(name: string): boolean {
  return SENSITIVE.test(name)
}

/** What a bundle tells its engine, where it speaks of a secret, under a mask. */
export function maskedWords(
  attributes: Readonly<Record<string, string>>,
  mask: string,
): Readonly<Record<string, string>> {
  const isHidden = (name: string, value: string) => /^(options|run-command)$/.test(name) && isSensitiveName(value)
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [name, isHidden(name, value) ? mask : value]),
  )
}
