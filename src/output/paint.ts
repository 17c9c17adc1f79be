import { styleText } from "node:util"

/** Green is in sync, yellow changes, red failed, dim needs no attention. */
export interface Paint {
  green(text: string): string
  yellow(text: string): string
  red(text: string): string
  dim(text: string): string
  bold(text: string): string
}

type Style = keyof Paint

/** Colours, or the identity where `enabled` is false. */
export function createPaint(enabled: boolean): Paint {
  const style = (name: Style) => (text: string) =>
    enabled && text !== "" ? styleText(name, text, { validateStream: false }) : text
  return {
    green: style("green"),
    yellow: style("yellow"),
    red: style("red"),
    dim: style("dim"),
    bold: style("bold"),
  }
}

/**
 * Whether a stream gets colour. `--no-color` beats all, then FORCE_COLOR (`0` and `false` mean no), then a non-empty
 * NO_COLOR (no-color.org); otherwise a terminal that is not `dumb` gets it.
 */
export function colorEnabled(
  stream: { isTTY?: boolean | undefined },
  options: { noColor?: boolean | undefined; env: NodeJS.ProcessEnv },
): boolean {
  const { noColor = false, env } = options
  if (noColor) return false
  const force = env.FORCE_COLOR
  if (force !== undefined) return force !== "0" && force !== "false"
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== "") return false
  return stream.isTTY === true && env.TERM !== "dumb"
}
