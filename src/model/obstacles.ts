import type { Assessed } from "./view.ts"

/** What a check that judges a step fails by, whatever its drift is worth there: it could not be asked, or what stands against it. */
export function obstacles({ host, findings, error }: Assessed): string[] {
  if (error !== undefined) return [`${host}: ${error.message}`]
  return findings.flatMap(({ severity, message }) => (severity === "error" ? [`${host}: ${message}`] : []))
}
