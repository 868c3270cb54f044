import { run } from '../contender.ts'
import { emulator } from '../contenders/emulator.ts'
import { compareMediaWays } from '../join-ways.ts'
import { createTokens, joinPaced, leaveAll, roomsOf, type Joined } from '../joining.ts'
import { kib, number, range } from '../format.ts'
import type { Cell, Effort, Table, TableResult } from '../result.ts'
import { percentile, spreadOf, type Spread } from '../statistics.ts'

const ROOM_SIZES = [2, 10, 50]
const JOINS_PER_SECOND = 100
const MANY_ROOMS = 1000
/** The size that a target is set for is filled several times: one stall of the machine is two late joins in a hundred. */
const TARGET_SIZE = 10

export const joinsTable: Table = { name: 'joins', run: measure }

async function measure(effort: Effort): Promise<TableResult> {
  await using server = await run(emulator)
  const tokens = await createTokens()
  effort.say('warming up')
  await leaveAll(await joinPaced(server, tokens, roomsOf('warm', 10, effort.quick ? 60 : 150), 200))

  const sizes: Cell[][] = []
  let delay: Spread | undefined
  // A quick run makes do with the larger rooms.
  for (const size of effort.quick ? ROOM_SIZES.slice(1) : ROOM_SIZES) {
    effort.say(`rooms of ${size}`)
    const count = effort.quick ? 50 : 150
    const delays: { p50: number; p99: number }[] = []
    const rounds = size !== TARGET_SIZE ? 1 : effort.quick ? 2 : 3
    for (let round = 0; round < rounds; round++) {
      const paced = await joinPaced(server, tokens, roomsOf(`paced-${size}`, size, count), JOINS_PER_SECOND)
      await leaveAll(paced)
      await server.call('reset')
      delays.push({ p50: p(paced, 50), p99: p(paced, 99) })
    }
    const p99 = spreadOf(delays.map((delay) => delay.p99))
    const flat = await joinPaced(server, tokens, roomsOf(`flat-${size}`, size, count), Number.POSITIVE_INFINITY)
    await leaveAll(flat)
    await server.call('reset')
    if (size === TARGET_SIZE) delay = p99
    sizes.push([
      size,
      number(spreadOf(delays.map(({ p50 }) => p50)).median),
      rounds > 1 ? range(p99) : number(p99.median),
      number(flat.clients.length / flat.seconds),
      number(flat.frames / flat.clients.length),
      number(flat.cpuMicroseconds / flat.frames),
    ])
  }

  const crowd = effort.quick ? EMPTY : await measureCrowd(effort, tokens)
  const ways = effort.quick ? EMPTY : await compareMediaWays(effort, tokens)

  return {
    title: 'Joining rooms of the emulator',
    note:
      `Participants without media that speak the protocol of twilio-video: join time is from opening the socket to ` +
      `being in the room, at ${JOINS_PER_SECOND} joins a second and then as fast as they go. Everyone in a room is told ` +
      'of each newcomer, so frames a join grow with the room; what counts is that a frame costs the same in every room, ' +
      'and whatever other rooms there are.',
    parts: [
      {
        columns: ['participants a room', 'p50 ms', 'p99 ms', 'joins/s at most', 'frames a join', 'CPU µs/frame'],
        rows: sizes,
      },
      ...crowd.parts,
      ...ways.parts,
    ],
    figures: [
      {
        id: 'joins/p99',
        label: `emulator: p99 join into a room of 10 at ${JOINS_PER_SECOND} joins/s`,
        value: delay?.median ?? Number.NaN,
        ...(delay && { spread: delay }),
        unit: 'ms',
        better: 'lower',
        target: 25,
      },
      ...crowd.figures,
      ...ways.figures,
    ],
  }
}

/** Nothing, in a quick run: it has no time for so many rooms. */
const EMPTY: Pick<TableResult, 'parts' | 'figures'> = { parts: [], figures: [] }

/**
 * Fills an emulator with rooms of two and lets others join a room of ten beside them. In a process of its own: what
 * earlier rooms left in the heap would hide what a participant takes.
 */
async function measureCrowd(
  { growth, say }: Effort,
  tokens: (identity: string) => string,
): Promise<Pick<TableResult, 'parts' | 'figures'>> {
  say('growth with rooms')
  await using server = await run(emulator, { steadyHeap: true })
  const rows: Cell[][] = []
  const crowd: Joined[] = []
  const usages: { participants: number; rssBytes: number }[] = []
  let rooms = 0
  for (const count of growth.map((factor) => Math.ceil((MANY_ROOMS * factor) / 16))) {
    crowd.push(await joinPaced(server, tokens, roomsOf(`crowd-${count}`, 2, (count - rooms) * 2), 600))
    rooms = count
    const probe = await joinPaced(server, tokens, roomsOf(`probe-${count}`, 10, 70), JOINS_PER_SECOND)
    await leaveAll(probe)
    rows.push([number(count), number(p(probe, 50)), number(p(probe, 99)), number(probe.cpuMicroseconds / probe.frames)])
    usages.push({ participants: count * 2, rssBytes: (await server.settledUsage()).rssBytes })
  }
  const [first, last] = [usages[0], usages.at(-1)]
  await Promise.all(crowd.map(leaveAll))
  if (first === undefined || last === undefined) throw new RangeError('nobody joined')
  const bytesPerParticipant = (last.rssBytes - first.rssBytes) / (last.participants - first.participants)
  return {
    parts: [
      {
        heading: `Joining a room of 10 beside other rooms of 2; a participant takes ${kib(bytesPerParticipant)}`,
        columns: ['other rooms', 'p50 ms', 'p99 ms', 'CPU µs/frame'],
        rows,
      },
    ],
    figures: [
      {
        id: 'joins/memory',
        label: 'emulator: memory per participant',
        value: bytesPerParticipant / 1024,
        unit: 'KiB',
        better: 'lower',
      },
    ],
  }
}

function p({ clients }: Joined, percent: number): number {
  return percentile(
    clients.map(({ joinMs }) => joinMs).toSorted((a, b) => a - b),
    percent,
  )
}
