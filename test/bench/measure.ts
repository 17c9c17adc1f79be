import { spawn } from "node:child_process"

export interface Measured {
  seconds: number
  /** Peak resident memory in MB, where it was asked for. */
  peakMb?: number
  /** Processor time of the process itself, where it was asked for. */
  cpuSeconds?: number
}

export interface MeasureOptions {
  cwd?: string
  env?: Readonly<Record<string, string | undefined>>
}

/** Runs a command to its end and takes its wall time. Throws with its output unless it exits 0. */
export async function measure(argv: readonly string[], options: MeasureOptions = {}): Promise<Measured> {
  const { seconds } = await run(argv, options)
  return { seconds }
}

/** The same for a script of Node's, with its peak memory and processor time, which it reports as it ends: by a hook that costs it 10 ms. */
export async function measureNode(script: string, args: readonly string[], options: MeasureOptions): Promise<Measured> {
  const report = `process.on("exit",()=>fs.writeSync(3,JSON.stringify(process.resourceUsage())))`
  const hook = `data:text/javascript,import fs from "node:fs";${report}`
  const { seconds, extra } = await run([process.execPath, "--import", hook, script, ...args], options)
  const { maxRSS, userCPUTime, systemCPUTime } = JSON.parse(extra) as NodeJS.ResourceUsage
  return { seconds, peakMb: maxRSS / 1024, cpuSeconds: (userCPUTime + systemCPUTime) / 1e6 }
}

/** The middle one by time; of an even number the slower one. */
export function median(measured: readonly Measured[]): Measured {
  const sorted = [...measured].sort((one, other) => one.seconds - other.seconds)
  const middle = sorted[Math.floor(sorted.length / 2)]
  if (middle === undefined) throw new Error("nothing was measured")
  return middle
}

/** Does it this often, one after the other. */
export async function times<Value>(count: number, once: () => Promise<Value>): Promise<Value[]> {
  const values: Value[] = []
  for (let index = 0; index < count; index++) values.push(await once())
  return values
}

function run(argv: readonly string[], options: MeasureOptions): Promise<{ seconds: number; extra: string }> {
  const startedAt = performance.now()
  const child = spawn(argv[0]!, argv.slice(1), {
    ...options,
    // Node reads these certificates at every start, which none of the contenders needs.
    env: { ...process.env, NODE_EXTRA_CA_CERTS: undefined, ...options.env },
    stdio: ["ignore", "pipe", "pipe", "pipe"],
  })
  let output = ""
  let extra = ""
  for (const stream of [child.stdout!, child.stderr!])
    stream.on("data", (chunk: Buffer) => {
      output += chunk
    })
  child.stdio[3]!.on("data", (chunk: Buffer) => {
    extra += chunk
  })
  return new Promise((resolve, reject) => {
    child.on("error", reject)
    child.on("close", (code) => {
      const seconds = (performance.now() - startedAt) / 1000
      if (code === 0) resolve({ seconds, extra })
      else reject(new Error(`exit ${code}: ${argv.join(" ")}\n${output}`))
    })
  })
}
