import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process"
import { once } from "node:events"

export interface Ended {
  code: number | null
  stdout: string
  stderr: string
  /** Both, as they came. */
  said: string
}

export interface Running {
  child: ChildProcess
  /** What has been said so far. */
  said(): string
  ended: Promise<Ended>
}

const QUESTION = /\[y\/N\] /g

/** Runs a command on a terminal, where each question is given the next answer. */
export async function onTerminal(
  command: readonly string[],
  answers: readonly string[],
  options: SpawnOptions,
  question = QUESTION,
): Promise<Ended> {
  const words = command.map((word) => `'${word}'`).join(" ")
  const running = follow(spawn("script", ["-qefc", words, "/dev/null"], options))
  let answered = 0
  running.child.stdout?.on("data", () => {
    const asked = running.said().match(question)?.length ?? 0
    while (answered < Math.min(asked, answers.length)) running.child.stdin?.write(`${answers[answered++]}\n`)
  })
  return await running.ended
}

export function follow(child: ChildProcess): Running {
  const [out, err, all]: string[][] = [[], [], []]
  child.stdout?.setEncoding("utf8").on("data", (chunk: string) => void [out!, all!].map((to) => to.push(chunk)))
  child.stderr?.setEncoding("utf8").on("data", (chunk: string) => void [err!, all!].map((to) => to.push(chunk)))
  const said = () => all!.join("")
  const ended = once(child, "close").then(([code]) => {
    return { code, stdout: out!.join(""), stderr: err!.join(""), said: said() }
  })
  return { child, said, ended }
}
