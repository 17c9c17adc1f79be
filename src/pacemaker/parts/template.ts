const PREFIX = "template:"

/** What stands for its agent in a resource that is made from a template. */
export function ofTemplate(template: string): string {
  return `${PREFIX}${template}`
}

/** The template that a resource is made from; undefined where it has an agent of its own. */
export function templateOf(agent: string): string | undefined {
  return agent.startsWith(PREFIX) ? agent.slice(PREFIX.length) : undefined
}
