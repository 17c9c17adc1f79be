import { expect, test } from "vitest"
import { parse } from "yaml"
import { draftYaml } from "../../../src/document/draft.ts"

// Bytes of a node: what they would do to a terminal, or to how a line reads.
const FORGED = "a\u009b31mb\u202ec\u2028d\u007f"

test("no value, key, line or comment has anything that means something to a terminal, and all values come back", () => {
  const value = {
    text: FORGED,
    within: { [FORGED]: "plain", list: [FORGED] },
    haproxy: { raw: ["http-request set-header X é", `acl a str ${FORGED}`] },
  }
  const text = draftYaml({ value, remarks: [{ path: ["text"], text: FORGED }], head: [FORGED] })
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028-\u202e]/)
  expect(parse(text)).toEqual({ ...value, haproxy: { raw: `${value.haproxy.raw.join("\n")}\n` } })
})
