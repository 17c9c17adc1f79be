// test-summary.mjs RESULTS STATUS: the closing line from vitest's JSON results and its exit status. A run that crashed, a file that
// could not be loaded, a test that did not run and an error outside all tests count as failures.
import { readFileSync } from "node:fs"

const [file, status] = process.argv.slice(2)
const { passed, problems } = summarize(read(file))
if (problems.length === 0 && status !== "0") problems.push(`vitest ended with status ${status}`)
if (problems.length === 0 && passed === 0) problems.push("no test ran")
for (const problem of problems) console.log(`FAILED ${problem}`)
console.log(`${passed} passed, ${problems.length} failed`)
process.exitCode = problems.length === 0 ? 0 : 1

function read(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"))
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
      else problems.push(`${name} > ${test.fullName} (${test.status})`)
    }
    if (status === "failed" && assertionResults.every((test) => test.status !== "failed")) problems.push(`${name}: ${message}`)
  }
  return { passed, problems }
}
