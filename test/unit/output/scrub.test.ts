import { fc, test } from "@fast-check/vitest"
import { describe, expect, it } from "vitest"
import { cleanLines } from "../../../src/base/clean.ts"
import { createScrub, scrubError, toScrubbedJson } from "../../../src/output/scrub.ts"
import { commandError } from "./samples.ts"

describe("createScrub", () => {
  it("masks a secret wherever it stands, and the longer of two first", () => {
    const scrub = createScrub(() => ["hunter22", "hunter22-more"])
    expect(scrub("a hunter22-more b hunter22")).toBe("a [secret] b [secret]")
  })

  it("knows a secret that was resolved after it was made", () => {
    const secrets: string[] = []
    const scrub = createScrub(() => secrets)
    expect(scrub("hunter22")).toBe("hunter22")
    secrets.push("hunter22")
    expect(scrub("hunter22")).toBe("[secret]")
  })

  it("masks single lines of a key, and a secret as a shell would quote it", () => {
    const scrub = createScrub(() => ["-----BEGIN\nMIIEvQIBADANBg\n-----END", "it's me"])
    expect(scrub("MIIEvQIBADANBg")).toBe("[secret]")
    expect(scrub("'it'\\''s me'")).toBe("'[secret]'")
  })

  it("masks a secret as it is once it has been cleaned for a screen", () => {
    const scrub = createScrub(() => ["-----BEGIN\r\nMIIEvQIBADANBg\r\n-----END\r\n", "pass\tword"])
    expect(scrub(cleanLines("MIIEvQIBADANBg\r").join(""))).toBe("[secret]")
    expect(scrub(cleanLines("is pass\tword").join(""))).toBe("is [secret]")
  })

  it("leaves words alone that are too short to be told from chance", () => {
    expect(createScrub(() => ["", "a"])("a cat")).toBe("a cat")
  })

  const SECRET = fc.string({ minLength: 4, maxLength: 30 }).filter((text) => !"[secret]".includes(text.trim()))
  test.prop([SECRET, fc.string(), fc.string()])(
    "leaves no secret in JSON, whatever characters it has",
    (secret, before, after) => {
      const parsed: unknown = JSON.parse(
        toScrubbedJson(
          { deep: [before + secret + after] },
          createScrub(() => [secret]),
        ),
      )
      expect((parsed as { deep: string[] }).deep[0]).toBe(`${before}${secret}${after}`.replaceAll(secret, "[secret]"))
    },
  )
})

describe("scrubError", () => {
  it("masks the remote's words and keeps what is decided on", () => {
    const error = commandError({ stderr: "no hunter22", stdout: "hunter22", hint: "try hunter22" })
    const masked = scrubError(
      error,
      createScrub(() => ["hunter22"]),
    )
    expect(JSON.stringify(masked)).not.toContain("hunter22")
    expect(masked).toMatchObject({ code: error.code, host: error.host, step: error.step })
    expect(masked.stack).toBe(error.stack)
  })
})
