import * as http from 'node:http'
import type { HttpProxy } from '../config/proxy.ts'

/**
 * Sends `fetch` through the proxy, where this Node can: the keys of the sign-in come by it. Connections to Twilio have
 * their proxy already.
 * @returns what to do about it where this Node cannot, which lasts until 24.14.
 */
export function useGlobalProxy(proxy: HttpProxy | undefined): string | undefined {
  if (proxy === undefined) return undefined
  // A name of its own would keep the module from loading on a Node that does not have it.
  const { setGlobalProxyFromEnv } = http as Partial<typeof http>
  if (setGlobalProxyFromEnv !== undefined) setGlobalProxyFromEnv(proxy)
  else if (process.env['NODE_USE_ENV_PROXY'] !== '1') return NOT_BY_ITSELF
  return undefined
}

const NOT_BY_ITSELF =
  `Node ${process.version} sends fetch through no proxy by itself, so the keys of the sign-in are fetched without one: ` +
  'set NODE_USE_ENV_PROXY=1, or use Node 24.14 or later'
