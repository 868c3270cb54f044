import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { startServer } from '../../../server/test/access/process.ts'
import type { Random } from './random.ts'

/** Two servers of one database, of which one is killed and started again, over and over. */
export type Cluster = AsyncDisposable & {
  ports: readonly number[]
  kills: number
  /** Kills one every few seconds, until it is told to stop; then both are up. */
  beginKilling(options: { everyMs: number; random: Random }): () => Promise<void>
}

export async function startCluster(env: Record<string, string>, ports: readonly number[]): Promise<Cluster> {
  const start = (port: number) => startServer({ ...env, PORT: String(port) })
  const servers = await Promise.all(ports.map(start))

  const cluster: Cluster = {
    ports,
    kills: 0,
    beginKilling({ everyMs, random }) {
      const stopping = new AbortController()
      async function killOnAndOn(): Promise<void> {
        while (!stopping.signal.aborted) {
          const index = random.between(0, servers.length - 1)
          await servers[index]?.kill('SIGKILL')
          cluster.kills++
          servers[index] = await supervise(() => start(ports[index] ?? 0))
          await wait(everyMs, undefined, { signal: stopping.signal }).catch(() => undefined)
        }
      }
      const killing = killOnAndOn()
      // It is waited for later.
      killing.catch(() => undefined)
      return async () => {
        stopping.abort()
        await killing
      }
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(servers.map((server) => server.kill('SIGKILL')))
    },
  }
  return cluster
}

/** Starts a server as a supervisor does: again, where it found no database. */
async function supervise<TServer>(start: () => Promise<TServer>): Promise<TServer> {
  for (let attempts = 1; ; attempts++) {
    try {
      return await start()
    } catch (error) {
      if (attempts === 20) throw error
      await wait(250)
    }
  }
}

export async function findFreePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'))
  await Promise.all(servers.map((server) => once(server, 'listening')))
  const ports = servers.map((server) => (server.address() as AddressInfo).port)
  await Promise.all(servers.map((server) => once(server.close(), 'close')))
  return ports
}
