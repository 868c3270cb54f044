import { isIP } from 'node:net'

/** Where the server runs, which decides, beside the variables of access, whether callers must be authenticated. */
export type DeploymentContext = {
  isEmulator: boolean
  host: string
  /** Whether the team knows its callers by code of its own. */
  hasSignIn?: boolean
}

/** Emulated rooms that only this machine can reach: the one place where callers need not be authenticated. */
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
