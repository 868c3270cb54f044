import { describe, expect, it } from 'vitest'
import { parseOptions } from './arguments.ts'

const TABLES = ['mint', 'fan-out']

describe('the command line', () => {
  it('measures everything and writes it down when asked for nothing special', () => {
    expect(parseOptions([], TABLES)).toMatchObject({ quick: false, write: true, only: undefined, compare: undefined })
  })

  it.each([[['--quick']], [['--only', 'mint']], [['--compare', 'before.json']]])(
    'leaves what was written alone with %j',
    (args) => {
      expect(parseOptions(args, TABLES).write).toBe(false)
    },
  )

  it('takes its options', () => {
    const args = ['--quick', '--only', 'mint, fan-out', '--json', 'out.json', '--compare', 'before.json']
    expect(parseOptions(args, TABLES)).toEqual({
      help: false,
      quick: true,
      write: false,
      json: 'out.json',
      compare: 'before.json',
      only: ['mint', 'fan-out'],
    })
    expect(parseOptions(['--quick', '--write'], TABLES).write).toBe(true)
  })

  it('refuses what it does not know', () => {
    expect(() => parseOptions(['--fast'], TABLES)).toThrow('--fast')
    expect(() => parseOptions(['--only', 'speed'], TABLES)).toThrow('There is no table "speed": mint, fan-out')
    expect(() => parseOptions(['--only', 'mint', '--write'], TABLES)).toThrow(RangeError)
  })
})
