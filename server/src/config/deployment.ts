import { isIP } from 'node:net'

/** Where the server runs: what decides, besides access's own variables, whether nobody needs to be asked who they are. */
export type DeploymentContext = {
  isEmulator: boolean
  host: string
  /** Whether the team knows its callers by code of its own. */
  hasSignIn?: boolean
}

/** Made-up rooms that only this machine can reach: the one place where nobody needs to be asked. */
export function isLocalDev({ isEmulator, host }: DeploymentContext): boolean {
  return isEmulator && isLoopback(host)
}

/** Whether a host name is this machine and no other. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || (isIP(host) === 4 && host.startsWith('127.'))
}

/** Whether `Host`, with a port or without, names this machine and no other: `localhost`, names below it, loopback addresses. */
export function isLocalHost(host: string): boolean {
  const name = toHostName(host)
  return isLoopback(name) || name.endsWith('.localhost')
}

/** The name or address in `Host`, in lower case, without port and brackets. */
export function toHostName(host: string): string {
  return host
    .toLowerCase()
    .replace(/:\d*$/, '')
    .replace(/^\[(.*)\]$/, '$1')
}
