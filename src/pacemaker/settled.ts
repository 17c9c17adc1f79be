/**
 * Succeeds when the cluster has nothing left to do. `crm_resource --wait` asks the same, but sleeps two seconds between two
 * looks. What cannot be read (the cluster is electing, say) is not settled.
 */
export const SETTLED = `
status=$(crm_simulate -S -L 2>&1) || { printf '%s\\n' "$status"; exit 1; }
if printf '%s\\n' "$status" | grep -E '^ *\\* (Resource action|Pseudo action|Fencing|Cluster action):? '; then exit 1; fi
`
