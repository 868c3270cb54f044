import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import type { Random } from './random.ts'

/** A load balancer before servers of which one may be down. */
export type Balancer = AsyncDisposable & {
  url: string
  /** Cuts one of its connections, any; `false`: there was none. */
  cutOne(random: Random): boolean
}

/** @param ports of the servers; where one does not answer, the next is tried */
export async function createBalancer(ports: readonly number[]): Promise<Balancer> {
  const open = new Set<Socket>()
  let turn = 0

  function pass(client: Socket, attempts = ports.length): void {
    const server = connect(ports[turn++ % ports.length] ?? 0, '127.0.0.1')
    const drop = (): void => void server.destroy()
    client.once('close', drop)
    server.on('error', () => {
      client.off('close', drop)
      if (server.connecting || attempts <= 1 || client.destroyed || server.bytesRead > 0) client.destroy()
      else pass(client, attempts - 1)
    })
    server.once('connect', () => {
      attempts = 0
      client.pipe(server)
      server.pipe(client)
      server.once('close', () => client.destroy())
    })
  }

  const balancer = createServer((client) => {
    open.add(client)
    client.on('error', () => client.destroy())
    client.on('close', () => open.delete(client))
    pass(client)
  })
  balancer.listen(0, '127.0.0.1')
  await once(balancer, 'listening')
  return {
    url: `http://127.0.0.1:${(balancer.address() as AddressInfo).port}`,
    cutOne(random) {
      const sockets = [...open]
      const socket = sockets[random.between(0, sockets.length - 1)]
      socket?.destroy()
      return socket !== undefined
    },
    async [Symbol.asyncDispose]() {
      balancer.close()
      for (const socket of open) socket.destroy()
      await once(balancer, 'close')
    },
  }
}
