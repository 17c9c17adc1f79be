import type { CibElement, CibPart } from "../../model/inventory.ts"
import { isSensitiveName } from "../secret-names.ts"
import { ruleText } from "./rule-text.ts"

/** A part in one line. */
export function describePart({ kind, element }: CibPart): string {
  const { attributes: said, children } = element
  const ids = children.map(({ attributes }) => attributes.id ?? "").join(", ")
  switch (kind) {
    case "tag":
      return ids
    case "ACL user":
    case "ACL group":
      return `with ${ids === "" ? "no role" : ids}`
    case "ACL role":
      return children.map(permission).join(", ") || "no permission"
    case "fencing level":
      return `level ${said.index} of ${target(said)}: ${said.devices?.split(",").join(", ")}`
    case "utilization":
      return children.map(({ attributes }) => pair(attributes)).join(" ")
    case "node attribute":
    case "node utilization":
      return shown(said)
    case "rule": {
      const pairs = children.filter(({ name }) => name === "nvpair").map(({ attributes }) => pair(attributes))
      const rule = children.find(({ name }) => name === "rule")
      return `${pairs.join(" ")} where ${rule === undefined ? "" : ruleText(rule)}`
    }
    case "bundle":
      return children.map(bundleText).join("  ")
    case "template":
      return [agentText(said), ...children.flatMap(templateText)].join(" ")
    case "alert":
      return [said.path ?? "", ...children.map(alertPart)].filter(Boolean).join("  ")
  }
}

function bundleText({ name, attributes, children }: CibElement): string {
  if (name === "storage") return children.map(bundleText).join(" ")
  const { id: _, ...said } = attributes
  // What is told to an engine may hold a secret.
  const own = Object.entries(said).map(([key, value]) => `${key}=${isSensitiveName(value) ? "[secret]" : value}`)
  if (name === "meta_attributes") return `meta ${children.map((one) => pair(one.attributes)).join(" ")}`
  return [name.replace("-mapping", ""), ...own, ...children.map(bundleText)].join(" ")
}

function agentText({ class: standard, provider, type }: Readonly<Record<string, string>>): string {
  return [standard, provider, type].filter(Boolean).join(":")
}

function templateText({ name, children }: CibElement): readonly string[] {
  if (name !== "operations") return children.map(({ attributes }) => pair(attributes))
  return children.map(({ attributes }) => `${attributes.name} ${attributes.interval}`)
}

function permission({ attributes: said }: CibElement): string {
  const { kind = "", xpath, reference, "object-type": type, attribute } = said
  const of = xpath ?? reference ?? `every ${type}`
  return `${kind} ${of}${attribute === undefined ? "" : ` @${attribute}`}`
}

function target(said: Readonly<Record<string, string>>): string {
  if (said["target-pattern"] !== undefined) return `/${said["target-pattern"]}/`
  if (said["target-attribute"] === undefined) return said.target ?? ""
  return `nodes with ${said["target-attribute"]}=${said["target-value"] ?? ""}`
}

function alertPart({ name, attributes: said, children }: CibElement): string {
  switch (name) {
    case "recipient":
      return ["to", said.value ?? "", ...children.map(alertPart)].join(" ")
    case "select":
      return `about ${children.map(selected).join(", ")}`
    default:
      return children.map(({ attributes }) => pair(attributes)).join(" ")
  }
}

function selected({ name, children }: CibElement): string {
  const names = children.map(({ attributes }) => attributes.name ?? "")
  return [name.replace("select_", ""), ...names].join(" ")
}

/** A password's value hidden. */
function pair({ name = "", value = "" }: Readonly<Record<string, string>>): string {
  return `${name}=${shown({ name, value })}`
}

function shown({ name = "", value = "" }: Readonly<Record<string, string>>): string {
  return isSensitiveName(name) ? "[secret]" : value
}
