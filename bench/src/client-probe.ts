/**
 * Loads one of the clients and makes a first call with it, in a process of its own, and prints how long that took
 * in milliseconds: `node client-probe.ts <client> <origin>`.
 */
import type { AppRouter } from '@roomkey/server'
import { INPUT } from './contenders/work.ts'

const CALLS: Record<string, (origin: string) => Promise<{ token: string }>> = {
  roomkey: async (url) => {
    const { createRoomkeyClient } = await import('@roomkey/client')
    return createRoomkeyClient({ url }).auth.getToken(INPUT)
  },
  trpc: async (origin) => {
    const { createTRPCClient, httpBatchLink } = await import('@trpc/client')
    const client = createTRPCClient<AppRouter>({
      links: [httpBatchLink({ url: `${origin}/trpc` })],
    })
    return client.auth.getToken.mutate(INPUT)
  },
  fetch: async (origin) => {
    const response = await fetch(`${origin}/trpc/auth.getToken`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(INPUT),
    })
    const { result } = (await response.json()) as { result: { data: { token: string } } }
    return result.data
  },
}

const [name = '', origin = ''] = process.argv.slice(2)
const call = CALLS[name]
if (call === undefined) throw new RangeError(`no client "${name}"`)
const started = performance.now()
const { token } = await call(origin)
if (!token.startsWith('eyJ')) throw new Error('no token')
console.log(performance.now() - started)
