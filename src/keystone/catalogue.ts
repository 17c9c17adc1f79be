import { type CatalogueService, INTERFACES, type Interface } from "./settings.ts"
import type { DatabaseState, Endpoint } from "./state.ts"

/** An endpoint that is not as the inventory has it. */
export interface Wrong {
  type: string
  interface: Interface
  /** The one that is to be changed; undefined: none is there. */
  have: Endpoint | undefined
  url: string
}

/** Of all services that are wanted, what the catalogue lacks in the region, or has elsewhere. */
export function wrongEndpoints(
  services: readonly CatalogueService[],
  region: string,
  have: DatabaseState,
): readonly Wrong[] {
  return services.flatMap(({ type, urls }) =>
    INTERFACES.flatMap((one): readonly Wrong[] => {
      const there = have.endpoints.filter((each) => isOf(each, type, one, region))
      if (there.some(({ url, enabled }) => enabled && url === urls[one])) return []
      return [{ type, interface: one, have: there[0], url: urls[one] }]
    }),
  )
}

/** What is there beside it: of other services, of other regions, or a second one of the same. It is left alone. */
export function foreignEndpoints(
  services: readonly CatalogueService[],
  region: string,
  { endpoints }: DatabaseState,
): readonly Endpoint[] {
  const ours = services.flatMap(({ type, urls }) =>
    INTERFACES.flatMap((one) => {
      const there = endpoints.filter((each) => isOf(each, type, one, region))
      return there.find(({ url, enabled }) => enabled && url === urls[one]) ?? there[0] ?? []
    }),
  )
  return endpoints.filter((each) => !ours.includes(each))
}

/** Whether an endpoint is at one of these addresses. A URL that none can read is at none. */
export function isAt({ url }: Endpoint, addresses: readonly string[]): boolean {
  const host = URL.parse(url)?.hostname.replace(/^\[(.*)\]$/, "$1")
  return host !== undefined && addresses.includes(host)
}

export function endpointWords({ type, interface: one, region, url }: Endpoint, ofRegion: string): string {
  return `${one} endpoint of ${type}${region === ofRegion ? "" : ` in ${region}`}, ${url}`
}

function isOf(endpoint: Endpoint, type: string, one: Interface, region: string): boolean {
  return endpoint.type === type && endpoint.interface === one && endpoint.region === region
}
