import { lookup } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import ipaddr from 'ipaddr.js'

/** A host that is not on the public internet, where a forwarded event must not go unless its operator says so by name. */
export class PrivateAddressError extends Error {
  constructor(hostname: string) {
    super(`${hostname} is at a private address; name it in EVENTS_WEBHOOK_PRIVATE_HOSTS if that is meant`)
    this.name = 'PrivateAddressError'
  }
}

/**
 * Finds the addresses of a host for a connection, public ones only: the check is of the address that is connected to, so
 * that no second answer of the name server can lead elsewhere.
 */
export const lookupPublic: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, found) => {
    const addresses = error === null ? found.filter(({ address }) => isPublicAddress(address)) : []
    const [first] = addresses
    if (first === undefined) callback(error ?? new PrivateAddressError(hostname), '', 0)
    else if (options.all) callback(null, addresses)
    else callback(null, first.address, first.family)
  })
}

/** @throws PrivateAddressError for a URL whose host is an address, which nobody looks up, and no public one. */
export function requirePublicAddress(hostname: string): void {
  const address = hostname.replace(/^\[(.*)\]$/, '$1')
  if (isIP(address) !== 0 && !isPublicAddress(address)) throw new PrivateAddressError(hostname)
}

/** Whether an address is of the public internet; one that stands for an IPv4 address counts as that. */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false
  const parsed = ipaddr.process(address)
  return parsed.range() === 'unicast' && (parsed instanceof ipaddr.IPv4 || parsed.match(GLOBAL_UNICAST))
}

/** All that is given out of IPv6; of the rest, some is other addresses in disguise. Source: RFC 4291, 2.4; IANA. */
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3')
