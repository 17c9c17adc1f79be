import { execFileSync } from "node:child_process"
import { fc, test as property } from "@fast-check/vitest"
import { describe, expect, test } from "vitest"
import { isSha512Crypt, sha512Crypt } from "../../../src/host/sha512-crypt.ts"

/** What this machine's own crypt(3) makes of them, which is what its PAM goes by. */
function crypt(password: string, settings: string): string {
  const script = "undef $/; print crypt(<STDIN>, $ARGV[0])"
  return execFileSync("perl", ["-e", script, settings], { input: password, encoding: "utf8" })
}

describe("sha512-crypt", () => {
  // unixcrypt, which stood here before, hashes those of 64 and 128 bytes otherwise than crypt(3).
  test.each([0, 1, 16, 31, 32, 63, 64, 65, 127, 128, 129, 192])(
    "hashes a password of %i bytes as crypt(3) does",
    (length) => {
      const password = "0123456789abcdef".repeat(12).slice(0, length)
      expect(sha512Crypt(password, "$6$saltsalt")).toBe(crypt(password, "$6$saltsalt"))
    },
  )

  property.prop(
    [
      fc.string({ unit: "grapheme", maxLength: 40 }).filter((password) => !password.includes("\0")),
      fc.stringMatching(/^[./0-9A-Za-z]{0,16}$/),
      fc.option(fc.integer({ min: 1_000, max: 1_100 })),
    ],
    { numRuns: 25 },
  )("agrees with crypt(3) about any password, salt and number of rounds", (password, salt, rounds) => {
    const settings = `$6$${rounds === null ? "" : `rounds=${rounds}$`}${salt}`
    const hash = sha512Crypt(password, settings)
    expect(hash).toBe(crypt(password, settings))
    expect(isSha512Crypt(hash)).toBe(true)
    // A whole hash is as good as the settings that it begins with.
    expect(sha512Crypt(password, hash)).toBe(hash)
  })

  test("leaves to others what it cannot make", () => {
    for (const text of [
      "",
      "!",
      "$y$j9T$salt$hash",
      "$6$salt",
      "$6$rounds=10$salt$",
      `$6$rounds=999$s$${"a".repeat(86)}`,
    ]) {
      expect(isSha512Crypt(text)).toBe(false)
    }
    expect(() => sha512Crypt("secret", "$5$salt")).toThrow("settings")
    expect(() => sha512Crypt("secret", "$6$more than sixteen")).toThrow("settings")
  })
})
