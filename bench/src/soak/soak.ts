import { setTimeout as wait } from 'node:timers/promises'
import { createRoomkeyClient } from '@roomkey/client'
import { createEmulator } from '@roomkey/emulator'
import type { RoomEvent } from '@roomkey/shared'
import twilio from 'twilio'
import { startPostgres } from '../../../server/test/access/postgres.ts'
import { createBalancer } from './balancer.ts'
import { findFreePorts, startCluster } from './cluster.ts'
import { callbackToFact, toFact, type Fact } from './fact.ts'
import { createRandom } from './random.ts'
import { createReceiver } from './receiver.ts'
import { playRoom } from './story.ts'
import { subscribe, type Subscriber } from './subscriber.ts'

export type SoakOptions = {
  seed: number
  rooms: number
  participants: number
  /** How long a participant is there at most, coming included. */
  stayMs: number
  /** Over which rooms begin. */
  spreadMs: number
  delayMs: number
  killEveryMs: number
  reconcileSeconds: number
  /** Subscribers of all rooms; each room has one of its own besides. */
  subscribers: number
  /** How long it may take until all is known, after the last has happened. */
  patienceMs: number
  report?: (line: string) => void
}

/** What came of it. `mistakes` must be empty. */
export type SoakResult = { mistakes: string[]; figures: Record<string, number> }

const SECRET = `whsec_${Buffer.alloc(32, 'soak').toString('base64')}`

/**
 * Lets rooms happen while everything breaks that can: status callbacks are lost, doubled, reordered and late, one of two
 * servers is killed again and again, the database restarts, and subscribers are cut off. Then the log must be what
 * happened, and everybody must have seen all of it, once and in order.
 */
export async function runSoak(options: SoakOptions): Promise<SoakResult> {
  const { seed, report = () => undefined } = options
  const random = createRandom(seed)
  await using postgres = await startPostgres()
  // Its own callbacks fail while servers are down, which is the point.
  await using emulator = await createEmulator({ warn: () => undefined })
  await using receiver = await createReceiver()
  const ports = await findFreePorts(2)
  await using reports = await createBalancer(ports)
  await using entrance = await createBalancer(ports)
  const { accountSid, apiKeySid, apiKeySecret, authToken } = emulator.credentials
  await using cluster = await startCluster(
    {
      TWILIO_ACCOUNT_SID: accountSid,
      TWILIO_API_KEY: apiKeySid,
      TWILIO_API_SECRET: apiKeySecret,
      TWILIO_AUTH_TOKEN: authToken,
      TWILIO_VIDEO_URL: emulator.url,
      PUBLIC_URL: reports.url,
      DATABASE_URL: await postgres.createDatabase(),
      OPEN_ACCESS: 'true',
      RATE_LIMIT_CALLS: 'off',
      RATE_LIMIT_ADDRESS: 'off',
      MAX_CONNECTIONS_PER_ADDRESS: 'off',
      MAX_STREAMS_PER_CALLER: 'off',
      MAX_EVENT_LOOP_DELAY_MS: 'off',
      EVENTS_RECONCILE_SECONDS: String(options.reconcileSeconds),
      EVENTS_WEBHOOK_URL: receiver.url,
      EVENTS_WEBHOOK_SECRET: SECRET,
      EVENTS_WEBHOOK_PRIVATE_HOSTS: '127.0.0.1',
    },
    ports,
  )
  report('two servers are up')

  for (const fault of [
    { drop: true, percent: 20 },
    { copies: 1, percent: 20 },
    { reorder: 2, percent: 10 },
    { delayMs: options.delayMs, percent: 15 },
  ] as const) {
    emulator.disturbCallbacks({ ...fault, seed: seed + fault.percent })
  }

  const truth = new Set<Fact>()
  const told = new Set<Fact>()
  const client = createRoomkeyClient({ url: entrance.url })
  const sdk = twilio(apiKeySid, apiKeySecret, { accountSid })
  sdk.video.baseUrl = emulator.url
  const subscribers: Subscriber[] = Array.from({ length: options.subscribers }, () => subscribe(client, undefined))

  /** What was answered 2xx is known to Roomkey, whatever became of the server that answered. */
  function takeStock(): void {
    for (const { parameters, status } of emulator.callbacks()) {
      const fact = callbackToFact(parameters)
      if (status === 'delivered') told.add(fact)
    }
  }

  const stock = setInterval(takeStock, 200)
  let cuts = 0
  const cutting = setInterval(() => {
    if (entrance.cutOne(random)) cuts++
  }, 250)
  const stopKilling = cluster.beginKilling({ everyMs: options.killEveryMs, random: createRandom(seed + 1) })
  const restarting = wait(options.spreadMs / 2).then(() => postgres.restart())
  const started = performance.now()
  await Promise.all(
    Array.from({ length: options.rooms }, async (_, index) => {
      const chances = createRandom(seed * 1000 + index)
      await wait(chances.between(0, options.spreadMs))
      await playRoom({
        emulator,
        sdk,
        // With what Roomkey asks of Twilio: to try again at once.
        statusCallback: `${reports.url}/twilio/status-callback#rc=5&rp=ct,rt,5xx`,
        participants: options.participants,
        stayMs: options.stayMs,
        random: chances,
        tell: (fact) => truth.add(fact),
        onRoom: (roomSid) => subscribers.push(subscribe(client, roomSid)),
      })
    }),
  )
  await restarting
  await stopKilling()
  clearInterval(cutting)
  const playedMs = performance.now() - started
  report(`all has happened: ${truth.size} events, ${cluster.kills} kills, ${cuts} cuts; waiting for it to be known`)
  emulator.calmCallbacks()

  // Of a track that came and went between two comparisons, Roomkey knows what it was told: that it was removed, also by
  // its participant's leaving.
  const isKnowable = (fact: Fact): boolean =>
    !fact.startsWith('track') || told.has(fact) || told.has(fact.replace('track-removed', 'track-added'))
  const all = subscribers[0]?.seen ?? []
  const deadline = performance.now() + options.patienceMs
  const isComplete = (): boolean => {
    takeStock()
    const known = new Set(all.map(toFact))
    if (![...truth].every((fact) => known.has(fact) || !isKnowable(fact))) return false
    if (receiver.taken.length < all.length) return false
    return subscribers.every(({ roomSid, seen }) => seen.length === countOf(all, roomSid))
  }
  // Quiet for a while: nothing may come that was there before.
  for (let quiet = 0; quiet < 10 && performance.now() < deadline;) {
    const before = all.length
    await wait(200)
    quiet = isComplete() && all.length === before ? quiet + 1 : 0
  }
  const settledMs = performance.now() - started - playedMs
  clearInterval(stock)
  await Promise.all(subscribers.map((subscriber) => subscriber.stop()))

  const mistakes = judge({ truth, all, subscribers, receiver: receiver.taken, isKnowable })
  const unreported = [...truth].filter((fact) => !told.has(fact)).length
  const inferred = all.filter((event) => event.inferred).length
  return {
    mistakes,
    figures: {
      rooms: options.rooms,
      events: truth.size,
      'in the log': all.length,
      'never reported': unreported,
      inferred,
      'of tracks, that nobody could know of': truth.size - all.length,
      'servers killed': cluster.kills,
      subscribers: subscribers.length,
      'subscribers cut off': cuts,
      'forwarded twice': receiver.again,
      'seconds played': Math.round(playedMs / 1000),
      'seconds until all was known': Math.round(settledMs / 1000),
    },
  }
}

function countOf(events: readonly RoomEvent[], roomSid: string | undefined): number {
  return roomSid === undefined ? events.length : events.filter((event) => event.roomSid === roomSid).length
}

function judge(given: {
  truth: Set<Fact>
  all: readonly RoomEvent[]
  subscribers: readonly Subscriber[]
  receiver: readonly RoomEvent[]
  isKnowable: (fact: Fact) => boolean
}): string[] {
  const { truth, all, subscribers, receiver, isKnowable } = given
  const mistakes: string[] = []
  const known = new Set<Fact>()
  for (const event of all) {
    const fact = toFact(event)
    if (!truth.has(fact)) mistakes.push(`the log says what did not happen: ${fact}`)
    else if (known.has(fact)) mistakes.push(`the log says twice: ${fact}`)
    else known.add(fact)
  }
  for (const fact of truth) if (!known.has(fact) && isKnowable(fact)) mistakes.push(`the log does not say: ${fact}`)
  for (const { roomSid, seen, mistakes: own } of subscribers) {
    mistakes.push(...own.map((mistake) => `a subscriber of ${roomSid ?? 'all'}: ${mistake}`))
    const ids = (events: readonly RoomEvent[]) => events.map(({ id }) => id).join()
    const expected = roomSid === undefined ? all : all.filter((event) => event.roomSid === roomSid)
    if (ids(seen) !== ids(expected)) {
      mistakes.push(`a subscriber of ${roomSid ?? 'all'} saw ${seen.length} events of ${expected.length}`)
    }
  }
  const last = new Map<string, number>()
  for (const { roomSid, id } of receiver) {
    if (Number(id) < (last.get(roomSid) ?? 0)) mistakes.push(`forwarded out of order: ${id} of ${roomSid}`)
    last.set(roomSid, Number(id))
  }
  if (receiver.length !== all.length) mistakes.push(`${receiver.length} of ${all.length} events were forwarded`)
  return mistakes
}
