/**
 * Shell function `pause BEGUN`, the time to wait between two looks at what is waited for since `BEGUN` (nanoseconds of the epoch): a fifth of
 * a second at first, then an eighth of what has passed, at most a second. A look at a cluster costs a node some 0.1 s of processor: after
 * every tenth of a second, three nodes on one machine spent half of it on being asked whether they had an election behind them.
 */
export const PAUSE = `pause() {
  ms=$(( ($(date +%s%N) - $1) / 8000000 ))
  [ "$ms" -ge 200 ] || ms=200
  [ "$ms" -le 1000 ] || ms=1000
  part=$((ms % 1000 + 1000))
  sleep "$((ms / 1000)).\${part#1}"
}`
