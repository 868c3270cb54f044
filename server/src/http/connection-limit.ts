import { BlockList, isIPv6, type Socket } from 'node:net'
import { normalizeIP } from '@fastify/rate-limit'
import type { FastifyInstance } from 'fastify'
import type { AccessConfig } from '../config/access.ts'

/** Closes connections beyond what one address may hold. A trusted proxy speaks for many and holds what it needs. */
export function limitConnections(
  app: FastifyInstance,
  { maxConnectionsPerAddress: max, trustProxy }: Pick<AccessConfig, 'maxConnectionsPerAddress' | 'trustProxy'>,
): void {
  if (max === null) return
  const proxies = toBlockList(trustProxy)
  // Let go of as connections close.
  const held = new Map<string, number>()
  app.server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress
    if (address === undefined || proxies.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')) return
    const key = normalizeIP(address)
    const count = (held.get(key) ?? 0) + 1
    if (count > max) {
      socket.destroy()
      return
    }
    held.set(key, count)
    socket.once('close', () => {
      const left = (held.get(key) ?? 1) - 1
      if (left === 0) held.delete(key)
      else held.set(key, left)
    })
  })
}

function toBlockList(ranges: readonly string[]): BlockList {
  const list = new BlockList()
  for (const range of ranges) {
    const [address = '', bits] = range.split('/')
    const family = isIPv6(address) ? 'ipv6' : 'ipv4'
    if (bits === undefined) list.addAddress(address, family)
    else list.addSubnet(address, Number(bits), family)
  }
  return list
}
