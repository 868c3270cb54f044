import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { once } from 'node:events'

/** A stretch of network between one browser and the emulator, to be cut and mended at will. */
export type Wire = {
  port: number
  /** How many connections go through it now. */
  connections(): number
  /** Resets every connection; new ones are let through. */
  cut(): void
  /** Resets every connection and refuses new ones until `mend()`. */
  sever(): void
  /** Lets nothing through in either direction, and breaks nothing, until `mend()`. */
  freeze(): void
  mend(): void
  close(): Promise<void>
}

export async function createWire(target: () => number): Promise<Wire> {
  const sockets = new Set<Socket>()
  let severed = false
  let frozen = false

  const server = createServer((near) => {
    if (severed) {
      near.resetAndDestroy()
      return
    }
    const far = connect(target(), '127.0.0.1')
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket)
      socket.setNoDelay()
      socket.on('data', (data) => other.write(data))
      socket.on('end', () => other.end())
      socket.on('error', () => other.resetAndDestroy())
      socket.on('close', () => {
        sockets.delete(socket)
        other.destroy()
      })
      if (frozen) socket.pause()
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  const cut = () => sockets.forEach((socket) => socket.resetAndDestroy())
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => sockets.size / 2,
    cut,
    sever() {
      severed = true
      cut()
    },
    freeze() {
      frozen = true
      sockets.forEach((socket) => socket.pause())
    },
    mend() {
      severed = false
      frozen = false
      sockets.forEach((socket) => socket.resume())
    },
    async close() {
      cut()
      server.close()
      await once(server, 'close')
    },
  }
}
