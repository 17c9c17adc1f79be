import { expect, test } from "vitest"
import { strayAuthkeys } from "../../../src/pacemaker/authkeys.ts"
import { EMPTY_CIB } from "../../../src/pacemaker/cib.ts"
import type { CibHave } from "../../../src/pacemaker/cib-probe.ts"

const of = (...keys: (string | undefined)[]) =>
  strayAuthkeys(
    keys.map((key, index) => ({
      host: `controller${index + 1}`,
      have: {
        cluster: "up",
        cib: EMPTY_CIB,
        text: "",
        fingerprint: "",
        identity: key === undefined ? undefined : { key },
      },
    })),
  )

test("the same on all that have one: nothing to say", () => {
  expect(of("a", "a", "a")).toEqual([])
  expect(of("a", undefined, "a")).toEqual([])
  expect(of(undefined, undefined)).toEqual([])
})

test("the fewer are named, before they restart", () => {
  expect(of("a", "b", "a")).toEqual([
    "controller2 has another corosync authkey than controller1 and controller3: restarted, it does not come back",
  ])
})

test("where it cannot be told whose is right, that is said", () => {
  expect(of("a", "b")).toEqual([
    "controller1 and controller2 have different corosync authkeys: restarted, they will not find each other",
  ])
})

test("a host that is not in the running cluster has a key of its own", () => {
  const have = { cluster: "down", cib: EMPTY_CIB, text: "", fingerprint: "", identity: { key: "b" } } satisfies CibHave
  const up = { ...have, cluster: "up", identity: { key: "a" } } satisfies CibHave
  expect(
    strayAuthkeys([
      { host: "controller1", have: up },
      { host: "controller2", have },
    ]),
  ).toEqual([])
})
