import type { CibElement } from "../../model/inventory.ts"
import { ruleText } from "./rule-text.ts"

/** A constraint with sets, a rule, a pattern or roles as it reads aloud. */
export function describeComposed(root: CibElement): string {
  const { attributes: said } = root
  const sets = root.children.filter(({ name }) => name === "resource_set").map(setText)
  const rules = root.children.filter(({ name }) => name === "rule")
  switch (root.name) {
    case "rsc_colocation":
      if (sets.length > 0) return `together ${sets.join(" with ")}${strength(said.score)}`
      return `${inRole(said.rsc, said["rsc-role"])} with ${inRole(said["with-rsc"], said["with-rsc-role"])}${strength(said.score)}`
    case "rsc_order": {
      const kind = said.kind === undefined || said.kind === "Mandatory" ? "" : ` (${said.kind})`
      return `in order ${sets.join(" then ")}${kind}`
    }
    case "rsc_ticket":
      return `${sets.join(" and ") || inRole(said.rsc, said["rsc-role"])} with the ticket ${said.ticket}${option(said["loss-policy"])}`
    default: {
      const what = said["rsc-pattern"] === undefined ? (sets[0] ?? said.rsc ?? "") : `/${said["rsc-pattern"]}/`
      const where = rules.map(
        (rule) => `where ${ruleText(rule)} (${rule.attributes.score ?? rule.attributes["score-attribute"] ?? "0"})`,
      )
      const place = said.node === undefined ? where.join(" or ") : `on ${said.node} (${said.score})`
      return `${inRole(what, said.role ?? rules[0]?.attributes.role)} ${place}`
    }
  }
}

function setText({ attributes, children }: CibElement): string {
  const { id: _, ...options } = attributes
  const said = Object.entries(options).map(([name, value]) => ` ${name}=${value}`)
  return `[${children.map((one) => one.attributes.id ?? "").join(" ")}${said.join("")}]`
}

function inRole(name: string | undefined, role: string | undefined): string {
  return role === undefined ? (name ?? "") : `${role} ${name}`
}

function strength(score: string | undefined): string {
  return score === undefined || score === "INFINITY" ? "" : ` (${score})`
}

function option(word: string | undefined): string {
  return word === undefined ? "" : ` (${word})`
}
