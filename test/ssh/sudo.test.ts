import { chmodSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { Secret } from "../../src/base/secret.ts"
import { calm, Home, literal, TRANSPORTS } from "./harness.ts"
import { startSshServer } from "./server.ts"

describe.each(TRANSPORTS)("by %s", (transport) => {
  // Speaks as sudo does: -n never asks; -S asks on standard error and reads lines, three times at most; and, as sudo does,
  // leaves on standard input what comes after the line it read.
  const SUDO = `#!/bin/sh
echo "sudo: unable to resolve host node1" >&2
case $1 in
-n) [ "$WANTS" = none ] || { echo "sudo: a password is required" >&2; exit 1; }; shift 2 ;;
-S)
  if [ "$WANTS" != none ]; then
    tries=0
    while :; do
      printf "%s" "$3" >&2
      IFS= read -r given || { echo "sudo: no password was provided" >&2; exit 1; }
      printf "%s\\n" "$given" >> "$HEARD"
      [ "$given" = "$WANTS" ] && break
      tries=$((tries + 1)); [ "$tries" -lt 3 ] || { echo "sudo: 3 incorrect password attempts" >&2; exit 1; }
      echo "Sorry, try again." >&2
    done
  fi
  shift 4 ;;
esac
AS_ROOT=yes; export AS_ROOT
exec "$@"
`

  async function sudoers(wants: string) {
    const home = new Home(transport)
    chmodSync(home.write("bin/sudo", SUDO), 0o755)
    const heard = home.write("heard", "")
    const env = { PATH: `${home.path}/bin:/usr/bin:/bin`, WANTS: wants, HEARD: heard }
    const server = await startSshServer({ env })
    return { home, server, heard: () => readFileSync(heard, "utf8") }
  }

  const AS_ROOT = { argv: ["sh", "-c", "printenv AS_ROOT || echo no; cat"] }
  const deploy = { user: "deploy" } as const

  describe("a command as root", () => {
    test("goes by `sudo -n` where the login user is somebody else, and sudo's chatter is not its output", async () => {
      const { home, server } = await sudoers("none")
      await using _server = server
      await using _home = home
      const node = await home.to(server, deploy)
      const result = await node.exec({ ...AS_ROOT, stdin: "in" }, calm)
      expect(result).toMatchObject({ code: 0, stdout: "yes\nin", stderr: "" })
    })

    test.for([
      ["the login user is root", {}, undefined],
      ["`become` is none", { user: "deploy", become: "none" }, undefined],
      ["the command asks for it", { user: "deploy" }, false],
    ] as const)("is no matter of sudo where %s", async ([, ssh, sudo]) => {
      const { home, server } = await sudoers("none")
      await using _server = server
      await using _home = home
      const node = await home.to(server, ssh)
      expect((await node.exec({ ...AS_ROOT, sudo }, calm)).stdout).toBe("no\n")
    })

    test("gives sudo its password when asked, and the command all of its own input", async () => {
      const { home, server, heard } = await sudoers("pa$s 'word")
      await using _server = server
      await using _home = home
      const node = await home.to(server, { ...deploy, becomePassword: literal("pa$s 'word") })
      const result = await node.exec({ ...AS_ROOT, stdin: new Secret("line 1\nline 2\n") }, calm)
      expect(result).toMatchObject({ code: 0, stdout: "yes\nline 1\nline 2\n", stderr: "" })
      expect(heard()).toBe("pa$s 'word\n")
      expect(server.lines.join()).not.toMatch(/pa\$s|line 1/)
    })

    test.for([
      ["sudo asks for nothing", "none", undefined],
      ["it asks for a password", "pa$s", "pa$s"],
      ["it might ask, and does not", "none", "pa$s"],
    ] as const)("that is a script for sh is read from its first line on where %s", async ([, wants, password]) => {
      const { home, server, heard } = await sudoers(wants)
      await using _server = server
      await using _home = home
      const becomePassword = password === undefined ? undefined : literal(password)
      const node = await home.to(server, { ...deploy, becomePassword })
      const result = await node.exec({ argv: ["sh", "-s"], stdin: "printenv AS_ROOT LC_ALL" }, calm)
      expect(result).toMatchObject({ code: 0, stdout: "yes\nC\n", stderr: "" })
      expect(heard()).toBe(wants === "none" ? "" : `${password}\n`)
    })

    test("never hands the password to a command where sudo does not ask for one", async () => {
      const { home, server, heard } = await sudoers("none")
      await using _server = server
      await using _home = home
      const node = await home.to(server, { ...deploy, becomePassword: literal("secret") })
      expect((await node.exec({ ...AS_ROOT, stdin: "mine" }, calm)).stdout).toBe("yes\nmine")
      expect(heard()).toBe("")
    })

    test("keeps its own exit code apart from sudo's", async () => {
      const { home, server } = await sudoers("none")
      await using _server = server
      await using _home = home
      const node = await home.to(server, deploy)
      const argv = ["sh", "-c", "echo 'sudo: a password is required' >&2; exit 1"]
      expect(await node.exec({ argv }, calm)).toMatchObject({ code: 1, stderr: "sudo: a password is required\n" })
    })
  })

  describe("sudo's refusal", () => {
    test("for want of a password says what to set", async () => {
      const { home, server } = await sudoers("secret")
      await using _server = server
      await using _home = home
      const node = await home.to(server, deploy)
      await expect(node.exec(AS_ROOT, calm)).rejects.toMatchObject({
        code: "E_AUTH",
        host: "node1",
        message: "deploy on node1 cannot become root: sudo -n refuses",
        hint: expect.stringContaining("set ssh.becomePassword"),
        result: { code: 1, stderr: expect.stringContaining("sudo: a password is required") },
      })
    })

    test("of a wrong password comes after one try, and the command's input stays here", async () => {
      const { home, server, heard } = await sudoers("secret")
      await using _server = server
      await using _home = home
      const node = await home.to(server, { ...deploy, becomePassword: literal("guess") })
      const failure = node.exec({ ...AS_ROOT, stdin: new Secret("precious") }, calm)
      await expect(failure).rejects.toMatchObject({
        code: "E_AUTH",
        message: "deploy on node1 cannot become root: sudo refuses the password",
        hint: "check ssh.becomePassword",
      })
      expect(heard()).toBe("guess\n")
      const error = await failure.catch((thrown) => thrown)
      expect(JSON.stringify(error) + error.stack).not.toMatch(/guess|precious|haops-/)
    })

    test("for want of sudo says so", async () => {
      await using home = new Home(transport)
      await using server = await startSshServer({ env: { PATH: join(home.path, "none") } })
      const node = await home.to(server, deploy)
      await expect(node.exec(AS_ROOT, calm)).rejects.toMatchObject({
        code: "E_AUTH",
        message: "deploy on node1 cannot become root: there is no sudo",
      })
    })
  })
})
