import { OPERATION_DEFAULTS, RESOURCE_DEFAULTS, type Vocabulary, vocabulary } from "./cluster-vocabulary.ts"

/**
 * Meta attributes of one resource ("Pacemaker Explained", Resource Meta-Attributes): what may be a default of all, and what makes
 * this one a guest node, or is for what runs in a container.
 */
export const RESOURCE_META: Vocabulary = new Map([
  ...RESOURCE_DEFAULTS,
  ...vocabulary(
    ["boolean", "remote-allow-migrate"],
    ["integer", "remote-port"],
    ["duration", "remote-connect-timeout"],
    ["text", "remote-node remote-addr container-attribute-target"],
  ),
])

/** What may stand under `clone`: those of a resource, which a clone hands on to its instances, and keys that haops reads. */
export const CLONE_OPTIONS: Vocabulary = new Map([
  ...RESOURCE_META,
  ...vocabulary(["boolean", "promotable"], ["text", "id"]),
])

/** Options of one operation (the same, Operation Properties). OCF_CHECK_LEVEL is the agent's, and a number by OCF's standard. */
export const OPERATION_OPTIONS: Vocabulary = new Map([
  ...OPERATION_DEFAULTS,
  ...vocabulary(["text", "id name"], ["integer", "OCF_CHECK_LEVEL"]),
])

/**
 * Operations by pacemaker's and OCF's names. Agents may have further ones. Two of them are here only so that they do not pass for
 * misspelt: fence agents call theirs `metadata`, init scripts have `restart`.
 */
export const OPERATIONS: readonly string[] = `monitor start stop promote demote notify migrate_to migrate_from reload
  reload-agent validate-all meta-data metadata status recover restart`.split(/\s+/)
