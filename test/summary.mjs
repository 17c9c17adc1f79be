// summary.mjs RUN...: the closing line of runs of vitest, each with its JSON results in RUN.json and its exit status in RUN.status. A run
// that crashed, a file that could not be loaded, a test that did not run and an error outside all tests count as failures. Each failure is
// told with what it said, since a log may be all that is left of a run, and of that its end.
import { readFileSync } from "node:fs"
import { stripVTControlCharacters } from "node:util"

/** Of what a failed test said, this much is told again. */
const LINES = 15
const WIDTH = 300

/** What vitest's JSON has of a test that took too long: the stack of an error without its message. */
const TIMED_OUT = /^Error: STACK_TRACE_ERROR$/m

const runs = process.argv.slice(2).map(summaryOf)
const passed = runs.reduce((sum, run) => sum + run.passed, 0)
const problems = runs.flatMap((run) => run.problems)
if (problems.length === 0 && passed === 0) problems.push("no test ran")
for (const problem of problems) console.log(`FAILED ${problem}`)
console.log(`${passed} passed, ${problems.length} failed`)
process.exitCode = problems.length === 0 ? 0 : 1

function summaryOf(run) {
  const { passed, problems } = summarize(parsed(read(`${run}.json`)))
  const status = read(`${run}.status`)?.trim() ?? "unknown"
  if (problems.length === 0 && status !== "0") problems.push(`vitest ended with status ${status}`)
  return { passed, problems }
}

function read(path) {
  try {
    return readFileSync(path, "utf8")
  } catch {
    return undefined
  }
}

function parsed(text) {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function summarize(results) {
  if (results === undefined) return { passed: 0, problems: ["the run ended without results"] }
  const problems = []
  let passed = 0
  for (const { name, status, message, assertionResults } of results.testResults) {
    for (const test of assertionResults) {
      if (test.status === "passed") passed++
      else problems.push(`${name} > ${test.fullName} (${test.status})${said(test)}`)
    }
    if (status === "failed" && assertionResults.every((test) => test.status !== "failed"))
      problems.push(`${name}: ${message}`)
  }
  return { passed, problems }
}

/** The first lines of the messages, without the stack and without colour. */
function said({ failureMessages = [], duration }) {
  return failureMessages
    .map((message) => message.replace(TIMED_OUT, `timed out after ${Math.round(duration / 1000)} s`))
    .flatMap((message) => stripVTControlCharacters(message).split("\n"))
    .filter((line) => line.trim() !== "" && !/^\s+at /.test(line))
    .slice(0, LINES)
    .map((line) => `\n  ${line.slice(0, WIDTH)}`)
    .join("")
}
