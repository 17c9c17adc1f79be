import { randomBytes } from "node:crypto"
import { asHaopsError, HaopsError } from "../base/errors.ts"
import { BASE_SCRIPT, BASE_SHARED, parseBaseFacts } from "../host/base.ts"
import { compileScript, type Fragment, parseSections, type Section } from "../host/script.ts"
import type { ProbeOutput, Question } from "../model/probe.ts"
import type { Transport } from "../transport/transport.ts"
import type { Task } from "./task.ts"
import type { Answer, HostState } from "./world.ts"

/** Probes take milliseconds; a host that needs this long to answer them is ill. */
const PROBE_TIMEOUT_MS = 60_000

/**
 * Look at one host: the probes of all `tasks` that concern it, in one remote `sh`, and what an answer leaves open by itself. Fills in
 * its facts and answers.
 * A probe that fails becomes that task's answer; what keeps the whole script from running is thrown.
 */
export async function probeHost(state: HostState, tasks: readonly Task[], signal: AbortSignal): Promise<void> {
  if (state.transport === undefined) throw new HaopsError("E_BUG", `no connection to ${state.host.name}`)
  const host = state.host.name
  const mine = tasks.filter((task) => task.wants.has(host))
  const probes = new Map(mine.map((task) => [task, task.step.probe(task.wants.get(host))]))
  // Steps that ask the same question share its answer: it is asked once.
  const base = { script: BASE_SCRIPT, shared: BASE_SHARED }
  const asked = new Map([base, ...probes.values()].map(({ script, shared }) => [script, shared] as const))
  const fragments = [...asked].map(([script, shared]): Fragment => ({ id: script, script, shared }))
  const nonce = `haops-${randomBytes(9).toString("hex")}`
  const start = Date.now()
  const result = await state.transport.exec(
    { argv: ["sh", "-s"], stdin: compileScript(fragments, nonce), timeoutMs: PROBE_TIMEOUT_MS },
    signal,
  )
  const sections = parseSections(result, fragments, nonce)
  state.facts = parseBaseFacts(host, output(sections.get(BASE_SCRIPT), "base facts"), { start, end: Date.now() })
  for (const [task, probe] of probes) {
    const first = answer(task, host, sections.get(probe.script), probe)
    const question = "have" in first ? probe.further?.(first.have) : undefined
    const last = question === undefined ? first : await put(question, task, host, state.transport, signal)
    state.answers.set(task.id, last)
  }
}

async function put(question: Question<unknown>, task: Task, host: string, transport: Transport, signal: AbortSignal) {
  const { script, stdin } = question
  const result = await transport.exec({ argv: ["sh", "-c", script], stdin, timeoutMs: PROBE_TIMEOUT_MS }, signal)
  // Ended by a signal: as little of an answer as a failure.
  return answer(task, host, { ...result, code: result.code ?? 1 }, question)
}

function answer(
  task: Task,
  host: string,
  section: Section | undefined,
  probe: { parse(output: ProbeOutput): unknown },
): Answer {
  try {
    return { have: probe.parse(output(section, task.title)) }
  } catch (thrown) {
    const cause = asHaopsError(thrown)
    const error =
      cause.code === "E_BUG" && section !== undefined
        ? new HaopsError("E_PROBE", `unexpected answer to the probe of ${task.title}: ${cause.message}`, {
            result: asResult(section),
            cause,
          })
        : cause
    return { error: error.with({ host, step: task.title }) }
  }
}

function output(section: Section | undefined, title: string): ProbeOutput {
  if (section === undefined) throw new HaopsError("E_BUG", `no section for ${title}`)
  if (section.code === 0) return section
  throw new HaopsError("E_PROBE", `probe of ${title} failed (exit ${section.code})`, {
    result: asResult(section),
  })
}

function asResult({ code, stdout, stderr }: Section) {
  return { code, stdout, stderr, durationMs: 0 }
}
