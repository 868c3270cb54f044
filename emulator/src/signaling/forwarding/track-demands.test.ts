import { describe, expect, it } from 'vitest'
import { TrackDemands, type PublishedVideo } from './track-demands.ts'

const LATER = 10_000
const use = (layer: number | null, width?: number, height = 0) => ({
  layer,
  dimensions: width === undefined ? undefined : { width, height },
})

/** What is demanded once the tracks have been there for a while. */
function demand(videos: PublishedVideo[], canHint: boolean, hasSound = true) {
  const demands = new TrackDemands()
  expect(demands.update({ videos, hasSound }, canHint, 0)).toEqual({ hints: [], limit: null })
  return demands.update({ videos, hasSound }, canHint, LATER)
}

describe('TrackDemands', () => {
  it('hint at the layers that somebody gets, and leave the bitrate alone', () => {
    const videos = [{ sid: 'MT1', layers: 3, arrived: 3, uses: [use(0), use(1), use(null)] }]
    expect(demand(videos, true)).toEqual({ hints: [{ sid: 'MT1', enabled: [true, true, false] }], limit: null })
    expect(demand([{ sid: 'MT1', layers: 2, arrived: 2, uses: [] }], true).hints).toEqual([
      { sid: 'MT1', enabled: [false, false] },
    ])
  })

  it('limit the bitrate of tracks in one layer to the largest size in which they are shown', () => {
    const limits = [
      [use(null)],
      [use(0, 50, 40)],
      [use(0, 50, 40), use(0, 320, 180), use(null, 1280, 720)],
      [use(0, 50, 40), use(0)],
    ].map((uses) => demand([{ sid: 'MT1', layers: 1, arrived: 1, uses }], true).limit)
    expect(limits).toEqual([270_000, 274_000, 385_200, null])
  })

  it('leave no room for sound where there is none: the picture would take it', () => {
    const videos = [{ sid: 'MT1', layers: 1, arrived: 1, uses: [use(0, 50, 40)] }]
    expect(demand(videos, true, false).limit).toBe(124_000)
  })

  it('limit nothing where there is no video', () => {
    const published = { videos: [], hasSound: true }
    expect(new TrackDemands().update(published, false, LATER)).toEqual({ hints: [], limit: null })
  })
})
