import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** What is between one browser and the site. */
export type Network = AsyncDisposable & {
  /** Where the site is for that browser. */
  url: string
  /** Breaks all connections, as a network does that is gone, and takes none. */
  cut(): void
  /** Says nothing more on connections, old and new, as a network does behind which there is nothing. */
  silence(): void
  /** New connections get through. Those that were silent stay so: nobody knows of them any more. */
  mend(): void
}

export async function createNetwork(target: string): Promise<Network> {
  const { port, hostname } = new URL(target)
  const sockets = new Set<Socket>()
  let state: 'open' | 'cut' | 'silent' = 'open'
  const server = createServer((near) => {
    near.on('error', () => near.destroy())
    if (state === 'cut') return near.destroy()
    keep(near)
    if (state === 'silent') return undefined
    const far = keep(connect(Number(port), hostname))
    far.on('error', () => far.destroy())
    near.pipe(far).pipe(near)
    near.on('close', () => far.destroy())
    return far.on('close', () => near.destroy())
  })

  function keep(socket: Socket): Socket {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    return socket
  }

  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut() {
      state = 'cut'
      for (const socket of sockets) socket.destroy()
    },
    silence() {
      state = 'silent'
      for (const socket of sockets) socket.unpipe().pause()
    },
    mend() {
      state = 'open'
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await once(server.close(), 'close')
    },
  }
}
