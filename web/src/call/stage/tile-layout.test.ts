import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SCREENS, layoutTiles } from './tile-layout.ts'

const gap = 8

describe('tile layout', () => {
  it('gives one person the whole space, no wider than 16:9', () => {
    expect(layoutTiles({ count: 1, width: 1280, height: 720, gap })).toEqual({
      columns: 1,
      rows: 1,
      tileWidth: 1280,
      tileHeight: 720,
    })
    expect(layoutTiles({ count: 1, width: 3000, height: 720, gap }).tileWidth).toBe(1280)
  })

  it('puts two side by side on a desktop and one above the other on a phone', () => {
    expect(layoutTiles({ count: 2, width: 1280, height: 640, gap })).toMatchObject({ columns: 2, rows: 1 })
    expect(layoutTiles({ count: 2, width: 374, height: 640, gap })).toMatchObject({ columns: 1, rows: 2 })
  })

  it('keeps two shared screens wide, where faces would be squares', () => {
    const space = { count: 2, width: 1000, height: 700, gap }
    expect(layoutTiles(space)).toMatchObject({ columns: 2, tileWidth: 496, tileHeight: 496 })
    expect(layoutTiles({ ...space, shape: SCREENS })).toMatchObject({ columns: 1, tileWidth: 615, tileHeight: 346 })
  })

  it('arranges a full room of 50', () => {
    const { columns, rows, tileWidth } = layoutTiles({ count: 50, width: 1280, height: 660, gap })
    expect(columns * rows).toBeGreaterThanOrEqual(50)
    expect(tileWidth).toBeGreaterThan(110)
  })

  it('never overflows the space, never leaves a row empty, and keeps every tile in proportion', () => {
    fc.assert(
      fc.property(
        fc.record({
          count: fc.integer({ min: 1, max: 60 }),
          width: fc.integer({ min: 320, max: 4000 }),
          height: fc.integer({ min: 300, max: 3000 }),
        }),
        (space) => {
          const { columns, rows, tileWidth, tileHeight } = layoutTiles({ ...space, gap })
          expect(columns * rows).toBeGreaterThanOrEqual(space.count)
          expect(columns * (rows - 1)).toBeLessThan(space.count)
          expect(columns * tileWidth + (columns - 1) * gap).toBeLessThanOrEqual(space.width)
          expect(rows * tileHeight + (rows - 1) * gap).toBeLessThanOrEqual(space.height)
          expect(tileWidth).toBeGreaterThan(0)
          // Whole pixels round a proportion by less than one pixel.
          expect(tileWidth).toBeGreaterThanOrEqual(tileHeight - 1)
          expect(tileWidth).toBeLessThanOrEqual((tileHeight + 1) * (16 / 9))
        },
      ),
    )
  })

  it('has no size in no space', () => {
    expect(layoutTiles({ count: 3, width: 0, height: 0, gap })).toMatchObject({ tileWidth: 0, tileHeight: 0 })
  })
})
