import { type Token, tokenize } from "./tokens.ts"

export const BLANKED = "[secret]"

/** Headers whose values let somebody in. */
const HEADER = /^(authorization|proxy-authorization|cookie|set-cookie|x-[a-z-]*(token|key|secret)[a-z-]*)$/i

/**
 * Any haproxy.cfg with its secrets blanked, line by line, for diffs and logs: passwords of the stats page and of user lists, credentials
 * in checks and headers, variables that are set. Comments too: what is commented out is often still in use.
 */
export function redactHaproxyConfig(text: string): string {
  return text.split("\n").map(redactLine).join("\n")
}

function redactLine(line: string): string {
  const { tokens, comment } = safely(line)
  const words = tokens.map((token) => token.text)
  const blanked = new Map(secretWords(words).map(({ index, keep }) => [index, keep]))
  let result = ""
  let from = 0
  for (const [index, token] of tokens.entries()) {
    const keep = blanked.get(index)
    if (keep === undefined) continue
    result += line.slice(from, token.start) + keep + BLANKED
    from = token.end
  }
  if (comment === undefined) return result + line.slice(from)
  return result + line.slice(from, comment.start) + redactLine(comment.text)
}

/** A line that haproxy could not read may hold a secret all the same: it is split at blanks. */
function safely(line: string): ReturnType<typeof tokenize> {
  try {
    return tokenize(line)
  } catch {
    const tokens = [...line.matchAll(/\S+/g)].map(
      ({ 0: text, index }): Token => ({ text, start: index, end: index + text.length }),
    )
    return { tokens }
  }
}

interface SecretWord {
  index: number
  /** What of the word is shown. */
  keep: string
}

function secretWords(words: readonly string[]): SecretWord[] {
  return [...afterKeywords(words), ...ofStatsAuth(words), ...ofHeaders(words), ...ofPayloads(words)]
}

/** `user NAME password HASH`, `user NAME insecure-password TEXT`, `setenv NAME VALUE`. */
function afterKeywords(words: readonly string[]): SecretWord[] {
  if (words[0] === "setenv" || words[0] === "presetenv")
    return words.slice(2).map((_, at) => ({ index: at + 2, keep: "" }))
  if (words[0] !== "user") return []
  return words.flatMap((word, index) => {
    const secret = (word === "password" || word === "insecure-password") && index + 1 < words.length
    return secret ? [{ index: index + 1, keep: "" }] : []
  })
}

function ofStatsAuth(words: readonly string[]): SecretWord[] {
  const [keyword, name, login] = words
  if (keyword !== "stats" || name !== "auth" || login === undefined) return []
  const user = login.includes(":") ? `${login.slice(0, login.indexOf(":"))}:` : ""
  // A password with blanks that nobody escaped is several words.
  return words.slice(2).map((_, at) => ({ index: at + 2, keep: at === 0 ? user : "" }))
}

/** `http-check send … hdr Authorization VALUE`, `http-request set-header X-Token VALUE`. */
function ofHeaders(words: readonly string[]): SecretWord[] {
  return words.flatMap((word, index) => {
    const named = HEADER.test(word) && /^(hdr|(add|set|replace)-header)$/.test(words[index - 1] ?? "")
    return named && index + 1 < words.length ? [{ index: index + 1, keep: "" }] : []
  })
}

/** `tcp-check send AUTH\ secret\r\n`, and headers smuggled into `option httpchk`: all of what is sent. */
function ofPayloads(words: readonly string[]): SecretWord[] {
  const sends = words[0] === "tcp-check" && (words[1] ?? "").startsWith("send")
  const asks = words[0] === "option" && words[1] === "httpchk"
  if (!sends && !asks) return []
  return words.flatMap((word, index) => {
    const secret = /\bauth\b|authorization:|cookie:|password|token/i.test(word)
    return index > 1 && secret ? [{ index, keep: "" }] : []
  })
}
