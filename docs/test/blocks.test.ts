import { expect, test } from 'vitest'
import { readBlocks } from './blocks.ts'
import { NOT_RUN } from './not-run.ts'
import { isMeant, wayOf } from './ways.ts'

const blocks = await readBlocks()

test('every block of every document is run, or named with the reason why it is not', () => {
  const left = blocks.filter((block) => wayOf(block) === undefined)
  expect(left.map(({ document, line }) => `${document}:${line}`)).toEqual([])
})

test('every block that is named is there, once', () => {
  for (const entry of NOT_RUN) {
    expect([entry[0], entry[1], blocks.filter((block) => isMeant(entry, block)).length]).toEqual([
      entry[0],
      entry[1],
      1,
    ])
  }
})
