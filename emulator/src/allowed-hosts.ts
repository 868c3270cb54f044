import { isIP } from 'node:net'

/** Whether a request for the host in `Host` is for this emulator. */
export type HostCheck = (host: string | undefined) => boolean

/**
 * Keeps web pages of others from an emulator that only this machine reaches: a name of their own that leads to
 * 127.0.0.1 ("DNS rebinding") would make them its own pages. Addresses are taken, `localhost` and names below it,
 * Twilio's own names, and `allowedHosts`. One that listens further takes any name.
 */
export function createHostCheck(listensOn: string, allowedHosts: readonly string[]): HostCheck {
  if (!isLocal(listensOn)) return () => true
  return (host) => {
    if (host === undefined) return true
    const name = host
      .toLowerCase()
      .replace(/:\d*$/, '')
      .replace(/^\[(.*)\]$/, '$1')
    return isIP(name) !== 0 || isLocal(name) || /(?:^|\.)twilio\.com$/.test(name) || allowedHosts.includes(name)
  }
}

/** Whether a name or an address is this machine and no other. */
export function isLocal(name: string): boolean {
  // So an IPv6 socket writes IPv4.
  const plain = name.startsWith('::ffff:') ? name.slice(7) : name
  return (
    plain === 'localhost' ||
    plain.endsWith('.localhost') ||
    plain === '::1' ||
    (isIP(plain) === 4 && plain.startsWith('127.'))
  )
}
