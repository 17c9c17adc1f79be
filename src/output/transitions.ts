import { cleanLine } from "../base/clean.ts"
import type { Transition } from "../base/events.ts"
import { listing } from "../base/words.ts"
import { transitionWords } from "./words.ts"

/** One line for each resource and what happens to it, a clone's instances together. */
export function mergeTransitions(transitions: readonly Transition[]) {
  const merged = new Map<string, { transition: Transition; nodes: string[] }>()
  for (const transition of transitions) {
    const { resource, action, from, node } = transition
    const key = JSON.stringify([resource, action, from])
    const same = merged.get(key) ?? { transition, nodes: [] }
    if (node !== undefined && !same.nodes.includes(node)) same.nodes.push(node)
    merged.set(key, same)
  }
  return [...merged.values()].map(({ transition, nodes }) => ({
    resource: cleanLine(transition.resource),
    words: cleanLine(transitionWords(transition, nodes)),
    stays: transition.action === "stay",
  }))
}

/** What moves, as one line: `the cluster: vip starts on controller1`. Undefined where all stays where it is. */
export function movesLine(transitions: readonly Transition[]): string | undefined {
  const moves = mergeTransitions(transitions).filter(({ stays }) => !stays)
  if (moves.length === 0) return undefined
  return `the cluster: ${listing(
    moves.map(({ resource, words }) => `${resource} ${words}`),
    8,
  )}`
}
