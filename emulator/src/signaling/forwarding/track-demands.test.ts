import { describe, expect, it } from 'vitest'
import { TrackDemands, type PublishedVideo } from './track-demands.ts'

const LATER = 10_000
const use = (layer: number | null, width?: number, height = 0) => ({
  layer,
  dimensions: width === undefined ? undefined : { width, height },
})

/** What is demanded once the tracks have been there for a while. */
function demand(videos: PublishedVideo[], canHint: boolean) {
  const demands = new TrackDemands()
  expect(demands.update(videos, canHint, 0)).toEqual({ hints: [], limit: null })
  return demands.update(videos, canHint, LATER)
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
    expect(limits).toEqual([200_000, 274_000, 385_200, null])
  })

  it('limit nothing where there is no video', () => {
    expect(new TrackDemands().update([], false, LATER)).toEqual({ hints: [], limit: null })
  })
})
