import { load, type Round } from './load.ts'
import type { Contender, Request, Running } from './contender.ts'
import { number } from './format.ts'
import type { Effort, TableResult } from './result.ts'
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

/**
 * Requests a second at a quarter of the ordinary connections and at four times as many, with what was measured at the
 * ordinary number between them. Empty in a quick run.
 */
export async function measureGrowth(
  entrants: Entrant[],
  ordinary: Map<string, Rounds>,
  { connections, growth, growthSeconds, quick, say }: { connections: number } & Effort,
): Promise<GrowthStep[]> {
  if (quick) return []
  say('growth')
  const steps: GrowthStep[] = []
  for (const factor of growth) {
    const count = (connections / ORDINARY) * factor
    const load = { connections: count, rounds: 1, seconds: growthSeconds }
    const results = factor === ORDINARY ? ordinary : await measureInTurn(entrants, load)
    steps.push({ title: `${factor}× (${count})`, results })
  }
  return steps
}

/** The steps as a part of a table; none for no steps. */
export function growthPart(
  heading: string,
  contenders: readonly Pick<Contender, 'name' | 'title'>[],
  steps: readonly GrowthStep[],
): TableResult['parts'] {
  if (steps.length === 0) return []
  const columns = ['', ...steps.map(({ title }) => title)]
  const rows = contenders.map(({ name, title }) => [
    title,
    ...steps.map(({ results }) => number(spread(results, name, 'requestsPerSecond').median)),
  ])
  return [{ heading, columns, rows }]
}

export type GrowthStep = { title: string; results: Map<string, Rounds> }

/** The factor of growth at which a table is measured otherwise. */
const ORDINARY = 4

export function pick(results: Map<string, Rounds>, name: string, key: keyof Round): number[] {
  const found = results.get(name)
  if (found === undefined) throw new RangeError(`nothing was measured of ${name}`)
  return found.rounds.map((round) => round[key])
}

export function spread(results: Map<string, Rounds>, name: string, key: keyof Round): Spread {
  return spreadOf(pick(results, name, key))
}
