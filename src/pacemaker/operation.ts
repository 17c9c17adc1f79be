/** The resource of an operation as pacemaker names one, `vip_monitor_10000` or `web:1_start_0`, without the number of its copy. */
export function resourceOf(operation: string): string {
  return operation.replace(/_(migrate_to|migrate_from|[a-z-]+)_\d+$/, "").replace(/:\d+$/, "")
}

/** Such an operation in words: the `start` of `lb-haproxy`. */
export function operationOf(operation: string): { action: string; resource: string } {
  const action = /_(migrate_to|migrate_from|[a-z-]+)_\d+$/.exec(operation)?.[1] ?? "action"
  return { action: action.replace("_", " "), resource: resourceOf(operation) }
}
