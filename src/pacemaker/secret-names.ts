/**
 * Parameters of agents that are secrets, from fence agents' and resource agents' own lists: `passwd`, fence_aws's `secret_key`,
 * fence_ibm's `apikey`, fence_pve's `token_value`, SNMP's `community` and `snmp_priv_passwd`. Not those that name where one is:
 * `passwd_script`, `token_file`.
 */
const SECRET =
  /^(.*_)?(login_?passw(or)?d|passw(or)?d|pass_?phrase|secret(_(access_)?key)?|api_?key|token(_value)?|community|private_key|cookie)$/i

/** Names whose values are better not shown where somebody else has set them: any that speaks of such a thing. */
const SENSITIVE = /pass|secret|token|api_?key|community|private_?key|cookie/i

/** Whether an agent's parameter of this name holds a secret itself. */
export function isSecretName(name: string): boolean {
  return SECRET.test(name)
}

/** Whether the value of a parameter of this name is to be hidden from view. */
export function isSensitiveName(name: string): boolean {
  return SENSITIVE.test(name)
}
