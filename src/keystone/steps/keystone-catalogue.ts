import { hostPort } from "../../base/address.ts"
import type { Drift } from "../../base/events.ts"
import { listing } from "../../base/words.ts"
import type { Action } from "../../model/action.ts"
import { defineClusterStep } from "../../model/step.ts"
import { bindKeystone, type KeystoneWant } from "../bind.ts"
import { endpointWords, foreignEndpoints, type Wrong, wrongEndpoints } from "../catalogue.ts"
import { CATALOGUE_SCRIPT } from "../catalogue-script.ts"
import { KEYSTONE_PORT } from "../settings.ts"
import { type KeystoneState, keystoneProbe } from "../state.ts"

/** Services and endpoints of the inventory, compared as the database has them and set by Keystone itself. Others are left alone. */
export const keystoneCatalogue = defineClusterStep<KeystoneWant, KeystoneState>({
  kind: "keystone-catalogue",
  summary:
    "Keystone's catalogue: the inventory's services with their endpoints at the VIP; those of others are left alone",
  needs: "any",
  bind: bindKeystone,
  title: () => "Keystone's catalogue",
  probe: ({ address, database }) => keystoneProbe(address, database.name),
  elect: (_want, { database, listens }) => (database === undefined ? 0 : 1) + (listens ? 1 : 0),
  check(want, { elected: { have } }) {
    const { database } = have
    const drift = (attribute: string, is: string, to: string): Drift => ({
      attribute,
      have: is,
      want: to,
      risk: "none",
    })
    if (database?.admin !== true) return [{ ...drift("endpoints", "not known", "at the VIP"), expected: true }]
    return wrongEndpoints(want.services, want.region, database).map(({ type, interface: one, have: there, url }) =>
      drift(`${one} endpoint of ${type}`, wordsOf(there), url),
    )
  },
  plan: (want, { elected: { have } }) =>
    have.database?.admin === true ? [setting(want, wrongEndpoints(want.services, want.region, have.database))] : [],
  standing(want, { elected: { have } }) {
    if (have.database === undefined) return {}
    const others = foreignEndpoints(want.services, want.region, have.database)
    const words = listing(
      others.map((one) => endpointWords(one, want.region)),
      9,
    )
    return { notes: others.length === 0 ? [] : [`Keystone: not in the inventory, left alone: ${words}`] }
  },
})

function wordsOf(have: Wrong["have"]): string {
  if (have === undefined) return "absent"
  return have.enabled ? have.url : `${have.url}, disabled`
}

function setting(want: KeystoneWant, wrong: readonly Wrong[]): Action {
  const { address, region, services, adminPassword } = want
  const endpoints = wrong.map(({ have, ...one }) => ({
    ...one,
    name: services.find(({ type }) => type === one.type)?.name,
    id: have?.id,
  }))
  const url = `http://${hostPort(address, KEYSTONE_PORT)}`
  return {
    type: "run",
    argv: ["python3", "-c", CATALOGUE_SCRIPT],
    stdin: adminPassword.map((password) => JSON.stringify({ url, region, password, endpoints })),
    timeoutMs: 300_000,
    label: `set ${listing(
      wrong.map(({ type, interface: one }) => `${one} endpoint of ${type}`),
      9,
    )}`,
    hint: "401 means that keystone.admin.password is not, or no more, the password of Keystone's user admin.",
  }
}
