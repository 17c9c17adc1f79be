/** One thing that a running cluster must show. What could not be found out has failed. */
export interface Check {
  /** Stable, for programs: `membership`, `vip:public`. */
  id: string
  /** What is claimed, as a person would say it. */
  title: string
  /** `warn`: nothing is broken now, and somebody should know. */
  outcome: "pass" | "warn" | "fail"
  /** What was seen. */
  evidence: readonly string[]
}

interface Complaints {
  fails?: readonly string[] | undefined
  warnings?: readonly string[] | undefined
}

/** A check from its complaints: any failure fails it; without any, the evidence says why it passed. */
export function check(id: string, title: string, evidence: readonly string[], complaints: Complaints): Check {
  const { fails = [], warnings = [] } = complaints
  if (fails.length > 0) return { id, title, outcome: "fail", evidence: [...fails, ...warnings] }
  if (warnings.length > 0) return { id, title, outcome: "warn", evidence: [...warnings] }
  return { id, title, outcome: "pass", evidence }
}
