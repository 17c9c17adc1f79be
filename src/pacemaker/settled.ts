/**
 * Succeeds when the cluster has nothing left to do. `crm_resource --wait` asks the same, but sleeps two seconds between two
 * looks. What cannot be read (the cluster is electing, say) is not settled. Where resources are placed by utilization, the scheduler has
 * a `load_stopped_NODE` for each node, always, that nothing waits for.
 */
export const SETTLED = `
status=$(crm_simulate -S -L 2>&1) || { printf '%s\\n' "$status"; exit 1; }
if printf '%s\\n' "$status" | grep -E '^ *\\* (Resource action|Pseudo action|Fencing|Cluster action):? ' |
  grep -v '^ *\\* Pseudo action: *load_stopped_'; then exit 1; fi
`
