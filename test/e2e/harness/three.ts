/** The controllers that a lab has where nothing else is said. */
export const THREE = ["controller1", "controller2", "controller3"]

/** That value for each of the three. */
export function each<Value>(value: Value): Record<string, Value> {
  return Object.fromEntries(THREE.map((name) => [name, value]))
}
