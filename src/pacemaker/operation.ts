/** The resource of an operation as pacemaker names one, `vip_monitor_10000` or `web:1_start_0`, without the number of its copy. */
export function resourceOf(operation: string): string {
  return operation.replace(/_(migrate_to|migrate_from|[a-z-]+)_\d+$/, "").replace(/:\d+$/, "")
}
