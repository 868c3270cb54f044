import { networkInterfaces } from 'node:os'

/** Where this machine can be reached; loopback comes last, as browsers use it only when they may use it for calls. */
export function localAddresses({ withIPv6 = true }: { withIPv6?: boolean } = {}): string[] {
  const addresses = Object.values(networkInterfaces())
    .flatMap((entries) => entries ?? [])
    .filter(({ internal, family, address }) => !internal && (family === 'IPv4' || (withIPv6 && !isLinkLocal(address))))
    .map(({ address }) => address)
  return [...addresses, '127.0.0.1']
}

/** Such addresses mean nothing without the interface. */
function isLinkLocal(address: string): boolean {
  return address.toLowerCase().startsWith('fe80:')
}
