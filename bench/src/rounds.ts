import { load, type Round } from './load.ts'
import type { Request, Running } from './contender.ts'
import type { Effort } from './result.ts'
import { spreadOf, type Spread } from './statistics.ts'

export type Entrant = { server: Running; request: Request }

/** All rounds of one contender, in order. */
export type Rounds = { title: string; rounds: Round[] }

/**
 * Measures contenders in turn, round after round, so that whatever else the machine does meets them all alike.
 * Every other round goes through them backwards: nobody always follows the same one.
 */
export async function measureInTurn(
  entrants: Entrant[],
  { connections, rounds, seconds }: { connections: number } & Pick<Effort, 'rounds' | 'seconds'>,
): Promise<Map<string, Rounds>> {
  const results = new Map<string, Rounds>(
    entrants.map(({ server }) => [server.name, { title: server.title, rounds: [] }]),
  )
  for (let round = 0; round < rounds; round++) {
    for (const { server, request } of round % 2 === 0 ? entrants : entrants.toReversed()) {
      results.get(server.name)?.rounds.push(await load(server, request, { connections, seconds }))
    }
  }
  return results
}

export function pick(results: Map<string, Rounds>, name: string, key: keyof Round): number[] {
  const found = results.get(name)
  if (found === undefined) throw new RangeError(`nothing was measured of ${name}`)
  return found.rounds.map((round) => round[key])
}

export function spread(results: Map<string, Rounds>, name: string, key: keyof Round): Spread {
  return spreadOf(pick(results, name, key))
}
