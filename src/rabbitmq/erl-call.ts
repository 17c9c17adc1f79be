import { quote } from "../base/sh.ts"
import { nodeName } from "./settings.ts"

/**
 * Shell that has the host's RabbitMQ evaluate an expression and prints `{ok, RESULT}`. erl_call takes some ms, where every call of
 * rabbitmqctl takes 0.6 to 3 s. It exits 0 on an error too, which stands in RESULT.
 */
export function erlCall(host: string, expression: string, seconds = 10): string {
  const call = `HOME=/var/lib/rabbitmq timeout ${seconds} erl_call -sname ${quote(nodeName(host))} -e 2>&1`
  return `printf '%s\\n' ${quote(expression)} | ${call}`
}

/** Shell condition: what `erlCall` prints is exactly this. */
export function erlSays(host: string, expression: string, result: string, seconds?: number): string {
  return `said=$(${erlCall(host, expression, seconds)}); [ "$said" = ${quote(`{ok, ${result}}`)} ] || { printf '%s\\n' "$said"; false; }`
}
