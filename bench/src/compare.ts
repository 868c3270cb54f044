import type { Figure, Results } from './result.ts'

/** A tenth is what a quiet machine shows reliably over its own noise. */
export const TOLERANCE = 0.1

export type Change = { figure: Figure; before: number; /** Above 1: better than before. */ factor: number }

/** Every figure that both runs have, with how it changed. */
export function compareResults(before: Results, after: Results): Change[] {
  const earlier = new Map(figuresOf(before).map((figure) => [figure.id, figure.value]))
  return figuresOf(after).flatMap((figure) => {
    const value = earlier.get(figure.id)
    if (value === undefined || value === 0 || figure.value === 0) return []
    const factor = figure.better === 'higher' ? figure.value / value : value / figure.value
    return [{ figure, before: value, factor }]
  })
}

export function isWorse({ factor }: Change): boolean {
  return factor < 1 - TOLERANCE
}

export function figuresOf({ tables }: Results): Figure[] {
  return Object.values(tables).flatMap(({ figures }) => figures)
}
