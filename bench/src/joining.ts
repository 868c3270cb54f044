import type { Running } from './contender.ts'
import { CREDENTIALS } from './contenders/work.ts'
import { join, type SignalingClient } from './signaling-client.ts'

export type Joined = { clients: SignalingClient[]; seconds: number; cpuMicroseconds: number; frames: number }

/** The room of each joiner, in the order they come: all rooms fill up alike. */
export function roomsOf(name: string, size: number, count: number): string[] {
  const rooms = Math.max(1, Math.ceil(count / size))
  return Array.from({ length: count }, (_, index) => `${name}-${index % rooms}`)
}

/** Lets participants in at a steady pace, whether or not earlier ones are in yet; without a pace, 16 at a time. */
export async function joinPaced(
  server: Running,
  tokens: (identity: string) => string,
  rooms: string[],
  perSecond: number,
): Promise<Joined> {
  const url = `ws://127.0.0.1:${server.port}/signaling`
  const before = await server.usage()
  const started = performance.now()
  const enter = (room: string, index: number): Promise<SignalingClient> => join(url, tokens(`user-${index}`), room)
  const clients: SignalingClient[] = []
  if (perSecond === Number.POSITIVE_INFINITY) {
    let next = 0
    const worker = async (): Promise<void> => {
      for (let index = next++; index < rooms.length; index = next++) {
        clients.push(await enter(rooms[index] ?? '', index))
      }
    }
    await Promise.all(Array.from({ length: 16 }, worker))
  } else {
    const joining: Promise<SignalingClient>[] = []
    for (const [index, room] of rooms.entries()) {
      const waitMs = started + (index * 1000) / perSecond - performance.now()
      if (waitMs > 1) await new Promise((resolve) => setTimeout(resolve, waitMs))
      joining.push(enter(room, index))
    }
    clients.push(...(await Promise.all(joining)))
  }
  const seconds = (performance.now() - started) / 1000
  // The others are still being told of the last one when that one is in.
  await new Promise((resolve) => setTimeout(resolve, 200))
  const after = await server.usage()
  const frames = clients.reduce((sum, client) => sum + client.received(), 0)
  return { clients, seconds, cpuMicroseconds: after.cpuMicroseconds - before.cpuMicroseconds, frames }
}

/** Everybody is told of everybody who leaves; those who come next shall not wait for that. */
export async function leaveAll({ clients }: Joined): Promise<void> {
  for (const client of clients) client.leave()
  await new Promise((resolve) => setTimeout(resolve, 200))
}

/** Tokens for any room, made before the clock starts. */
export async function createTokens(): Promise<(identity: string) => string> {
  const { default: twilio } = await import('twilio')
  const { AccessToken } = twilio.jwt
  const made = new Map<string, string>()
  const { accountSid, apiKeySid, apiKeySecret } = CREDENTIALS
  const sign = (identity: string): string => {
    const token = new AccessToken(accountSid, apiKeySid, apiKeySecret, { identity, ttl: 3600 })
    token.addGrant(new AccessToken.VideoGrant())
    return token.toJwt()
  }
  for (let index = 0; index < 2000; index++) made.set(`user-${index}`, sign(`user-${index}`))
  return (identity) => made.get(identity) ?? sign(identity)
}
