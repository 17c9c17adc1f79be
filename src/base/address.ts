import { Address4, Address6 } from "ip-address"

/** An address with the length of its network's prefix. */
interface Cidr {
  address: string
  prefix: number
}

/** The one spelling of an IP address, or undefined where it is none: no leading zeros, no zone, no prefix. */
export function canonicalAddress(text: string): string | undefined {
  return /[/%]/.test(text) ? undefined : parse(text)?.correctForm()
}

/** The same for text that may be a name or a variable as well: that stays as it is. */
export function normalized(text: string): string {
  return canonicalAddress(text) ?? text
}

/** Whether both lists have the same addresses in the same order, however each spells them. */
export function sameAddresses(one: readonly string[], other: readonly string[]): boolean {
  return one.map(normalized).join(" ") === other.map(normalized).join(" ")
}

/** `10.0.0.11:80`, `[fd00::11]:80`. */
export function hostPort(address: string, port: number): string {
  return `${address.includes(":") ? `[${address}]` : address}:${port}`
}

/** `10.0.0.11/24` in parts, or undefined where it is not an address with a prefix. */
export function parseCidr(text: string): Cidr | undefined {
  const parsed = /^[^/%]+\/[0-9]+$/.test(text) ? parse(text) : undefined
  return parsed && { address: parsed.correctForm(), prefix: parsed.subnetMask }
}

/** Whether an address lies in the network that a VIP's prefix spans. */
export function inSubnet(address: string, subnet: Cidr): boolean {
  const [one, network] = [parse(address), parse(`${subnet.address}/${subnet.prefix}`)]
  if (one instanceof Address4 && network instanceof Address4) return one.isInSubnet(network)
  if (one instanceof Address6 && network instanceof Address6) return one.isInSubnet(network)
  return false
}

/** Why no host can have the address, if so; with the length of its prefix where that is known. */
export function whyNoHost(address: string, prefix?: number): string | undefined {
  if (prefix === 0) return "a prefix of 0 is no network: every address would be in it"
  const parsed = parse(prefix === undefined ? address : `${address}/${prefix}`)
  if (address === "::" || /^0\./.test(address)) return `${address} is no host's address`
  if (parsed?.isMulticast()) return `${address} is a multicast address`
  const broadcast = `${address} is the broadcast address of its network`
  if (address === "255.255.255.255") return broadcast
  // Networks of one or two hosts have neither (RFC 3021)
  if (!(parsed instanceof Address4) || prefix === undefined || prefix > 30) return undefined
  if (parsed.startAddress().correctForm() === address)
    return `${address} is the address of the network ${address}/${prefix} itself`
  return parsed.endAddress().correctForm() === address ? broadcast : undefined
}

function parse(text: string): Address4 | Address6 | undefined {
  if (Address4.isValid(text)) return new Address4(text)
  return Address6.isValid(text) ? new Address6(text) : undefined
}
