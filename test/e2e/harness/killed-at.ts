import type { Lab } from "./lab.ts"

/**
 * Runs haops and kills it (-9) at the `nth` action that begins like `command`, first by default. Throws where the run ends without
 * one.
 */
export async function killedAt(
  lab: Pick<Lab, "spawnHaops">,
  command: string,
  args: readonly string[],
  nth = 1,
): Promise<void> {
  let rest = ""
  let left = nth
  const run = lab.spawnHaops([...args, "--json"], {
    onStderr: (chunk) => {
      const lines = `${rest}${chunk}`.split("\n")
      rest = lines.pop() ?? ""
      left -= lines.filter((line) => isStart(line, command)).length
      if (left <= 0) run.child.kill("SIGKILL")
    },
  })
  const { signal, code, stderr } = await run.done
  if (signal !== "SIGKILL") throw new Error(`ended with ${code} before ${command}\n${stderr}`)
}

function isStart(line: string, command: string): boolean {
  return line.includes(`"type":"action-started"`) && line.includes(`"action":"${command}`)
}
