import { run } from './contender.ts'
import { mediaWays } from './contenders/media.ts'
import { range } from './format.ts'
import { joinPaced, leaveAll, roomsOf } from './joining.ts'
import type { Effort, TableResult } from './result.ts'
import { ratiosOf, spreadOf } from './statistics.ts'

const ROUNDS = 5
const ROOM_SIZE = 10
const JOINS = 300

/** Whether a media server costs those who do not use it: starting, and joining without media, beside a mesh. */
export async function compareMediaWays(
  effort: Effort,
  tokens: (identity: string) => string,
): Promise<Pick<TableResult, 'parts' | 'figures'>> {
  const ways = mediaWays.map((way) => ({
    way,
    startMs: [] as number[],
    joinsPerSecond: [] as number[],
    cpuMicroseconds: [] as number[],
  }))
  for (let round = 0; round < ROUNDS; round++) {
    effort.say(`media either way, round ${round + 1} of ${ROUNDS}`)
    for (const { way, startMs, joinsPerSecond, cpuMicroseconds } of round % 2 === 0 ? ways : ways.toReversed()) {
      const started = performance.now()
      await using server = await run(way)
      startMs.push(performance.now() - started)
      await leaveAll(await joinPaced(server, tokens, roomsOf('warm', ROOM_SIZE, 150), Infinity))
      const joined = await joinPaced(server, tokens, roomsOf('call', ROOM_SIZE, JOINS), Infinity)
      await leaveAll(joined)
      joinsPerSecond.push(JOINS / joined.seconds)
      cpuMicroseconds.push(joined.cpuMicroseconds / JOINS)
    }
  }
  const [mesh, forwarding] = ways
  if (mesh === undefined || forwarding === undefined) throw new RangeError('media travel one way only')
  const start = ratiosOf(forwarding.startMs, mesh.startMs)
  // Of the processor, and not of the clock: whatever else a machine does counts less.
  const joins = ratiosOf(forwarding.cpuMicroseconds, mesh.cpuMicroseconds)
  return {
    parts: [
      {
        heading: `Starting, and joining rooms of ${ROOM_SIZE} without media as fast as that goes`,
        columns: ['media', 'start ms', 'joins/s', 'CPU µs/join'],
        rows: ways.map(({ way, startMs, joinsPerSecond, cpuMicroseconds }) => [
          way.title,
          range(spreadOf(startMs)),
          range(spreadOf(joinsPerSecond)),
          range(spreadOf(cpuMicroseconds)),
        ]),
      },
    ],
    figures: [
      {
        id: 'joins/start-ways',
        label: 'emulator: start with media forwarded ÷ mesh',
        value: start.median,
        spread: start,
        unit: '×',
        better: 'lower',
        target: 1.1,
      },
      {
        id: 'joins/cpu-ways',
        label: 'emulator: CPU of a join without media, forwarded ÷ mesh',
        value: joins.median,
        spread: joins,
        unit: '×',
        better: 'lower',
        target: 1.1,
      },
    ],
  }
}
