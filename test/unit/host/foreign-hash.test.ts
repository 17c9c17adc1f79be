import { spawnSync } from "node:child_process"
import { describe, expect, test } from "vitest"
import { reveal, Secret } from "../../../src/base/secret.ts"
import { askForeignHash, parseVerdict } from "../../../src/host/foreign-hash.ts"
import { SHELLS, sandbox } from "../step-harness.ts"

/** Of "hapass". Every libcrypt knows this kind; Debian's yescrypt is asked about on real nodes. */
const HASH = "$5$abcdefgh$GJjSn9YtzTOu2Ive9NOUyYVixCJthTbzzWl1.RggpG."

describe.each(SHELLS)("asked in %s about a hash", (shell) => {
  const ask = (password: string, path = process.env.PATH) => {
    const { script, stdin } = askForeignHash(new Secret(HASH), new Secret(password))
    const { stdout, stderr } = spawnSync(shell, ["-c", script], { input: reveal(stdin), env: { PATH: path } })
    return parseVerdict({ stdout: stdout.toString(), stderr: stderr.toString() })
  }

  test("perl tells", () => {
    expect([ask("hapass"), ask("hapas"), ask("hapass ")]).toEqual(["same", "another", "another"])
  })

  test("Python tells where there is no perl, and nobody where it has no crypt", () => {
    using fit = sandbox({ python3: '[ "$4" = "import crypt" ] && exit; echo same' })
    using unfit = sandbox({ python3: "exit 1" })
    expect(ask("hapass", fit.path)).toBe("same")
    expect(ask("hapass", unfit.path)).toBe("unchecked")
  })
})
