import { describe, expect, test } from "vitest"
import { shownValue } from "../../../src/pacemaker/describe-change.ts"
import { cluster, problemsOf } from "../inventory/support.ts"

const SECRETS = [
  ...[
    "passwd",
    "password",
    "login_passwd",
    "loginpasswd",
    "snmp_priv_passwd",
    "Passwd",
    "passphrase",
    "snmp_community",
  ],
  ...[
    "secret",
    "secret_key",
    "secret_access_key",
    "apikey",
    "api_key",
    "token",
    "auth_token",
    "token_value",
    "community",
    "secret-key",
    "api_token",
    "hexadecimal_kg",
    "monpassword",
    "test_pass",
    "incoming_password",
    "erlang_cookie",
  ],
]
const NAMES = [
  "passwd_script",
  "password_script",
  "token_file",
  "token_name",
  "access_key",
  "identity_file",
  "ssl_secure",
  "snmp_priv_passwd_script",
  "key_file",
  "key_value",
  "tlskey",
  "use_cookies",
  "cookie_file",
  "erlang_cookie_file",
  "smb_passdb_backend",
  "check_passwd_use_empty",
  "bypass",
]

const refusals = (name: string) =>
  problemsOf(cluster(`  fencing: [{ name: f, agent: fence_any, parameters: { ip: 10.0.0.9, ${name}: hunter2 } }]\n`))

describe("a parameter of an agent", () => {
  test.each(SECRETS)("that is a secret is refused, as it would be in ps, and never shown: %s", (name) => {
    const [problem, ...others] = refusals(name)
    expect(others).toEqual([])
    expect(problem).toContain(`pacemaker.fencing[0].parameters.${name}: a secret here would show in the process list`)
    expect(problem).not.toContain("hunter2")
    expect(shownValue(name, "hunter2")).toBe("[secret]")
  })

  test.each(NAMES)("that says where a secret is, or is none, is taken: %s", (name) => {
    expect(refusals(name)).toEqual([])
  })
})
