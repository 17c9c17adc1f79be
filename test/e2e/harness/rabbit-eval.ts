import { quote } from "../../../src/base/sh.ts"

/**
 * Shell that has a node's RabbitMQ evaluate an expression and prints the result, as `rabbitmqctl eval` does: that one keeps a processor busy
 * for a second, in which what is waited for cannot go on. Fails where RabbitMQ does not answer, and where the expression fails.
 */
export function rabbitEval(expression: string): string {
  return `said=$(printf '%s\\n' ${quote(expression)} | HOME=/var/lib/rabbitmq timeout 10 erl_call -sname rabbit@$(hostname -s) -e 2>&1)
case $said in
  '{ok, '*'}') said=\${said#'{ok, '}; printf '%s\\n' "\${said%?}" ;;
  *) printf '%s\\n' "$said" >&2; false ;;
esac`
}
