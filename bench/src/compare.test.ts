import { describe, expect, it } from 'vitest'
import { compareResults, isWorse } from './compare.ts'
import { isMet, type Figure, type Results } from './result.ts'
import { changesToText, toMarkdown } from './report.ts'

function resultsOf(...figures: Partial<Figure>[]): Results {
  const complete = figures.map(
    (figure) => ({ label: figure.id ?? '', unit: '×', better: 'higher', ...figure }) as Figure,
  )
  const table = { title: 'Work', note: 'How.', parts: [{ columns: ['', 'n'], rows: [['a', 1]] }], figures: complete }
  return { date: '2026-01-01', command: 'npm run bench', machine: 'a machine', quick: false, tables: { work: table } }
}

describe('comparing two runs', () => {
  it.each([
    ['higher', 4, 3.7, false],
    ['higher', 4, 3.5, true],
    ['higher', 4, 8, false],
    ['lower', 20, 21, false],
    ['lower', 20, 23, true],
    ['lower', 20, 10, false],
  ] as const)('of a figure where %s is better, %d before and %d now: worse is %s', (better, before, now, worse) => {
    const [change] = compareResults(
      resultsOf({ id: 'x', better, value: before }),
      resultsOf({ id: 'x', better, value: now }),
    )
    expect(change && isWorse(change)).toBe(worse)
    expect(changesToText(change ? [change] : []).includes('WORSE')).toBe(worse)
  })

  it('leaves out what only one of them has', () => {
    expect(compareResults(resultsOf({ id: 'x', value: 1 }), resultsOf({ id: 'y', value: 1 }))).toEqual([])
  })
})

describe('a report', () => {
  it('says which targets hold', () => {
    const met = { id: 'met', label: 'fast', value: 4.2, target: 4 }
    const missed = { id: 'missed', label: 'small', value: 30, target: 20, better: 'lower', unit: 'KiB' } as const
    const text = toMarkdown(resultsOf(met, missed, { id: 'none', label: 'untargeted', value: 1 }))
    expect(text).toMatch(/\| fast +\| +≥ 4 × \| +4\.2 × \| +holds \|/)
    expect(text).toMatch(/\| small +\| +≤ 20 KiB \| +30 KiB \| +MISSED \|/)
    expect(text).not.toContain('untargeted')
    expect(text).toContain('a machine')
  })

  it('counts a target that is just reached as met', () => {
    expect(isMet({ id: '', label: '', unit: '', value: 20, better: 'lower', target: 20 })).toBe(true)
    expect(isMet({ id: '', label: '', unit: '', value: 20, better: 'lower' })).toBeUndefined()
  })
})
