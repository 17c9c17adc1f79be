/** What pacemaker's schema has as attributes of an operation; anything else is an instance attribute of it. */
export const OPERATION_ATTRIBUTES = [
  ...["interval", "timeout", "role", "on-fail", "enabled", "start-delay", "interval-origin", "record-pending"],
  ...["description", "requires"],
]
