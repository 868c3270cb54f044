import { expect, it } from 'vitest'
import { ClientMessageSchema } from './message.ts'

it('keeps the limit of a client that wants no video switched off, which is to get smaller pictures instead', () => {
  const video = { max_subscription_bandwidth: 500_000, max_tracks: 3, track_switch_off: 'disabled', mode: 'grid' }
  const message = ClientMessageSchema.parse({ type: 'update', session: null, bandwidth_profile: { video } })
  expect(message).toMatchObject({
    bandwidth_profile: { maxBitrate: 500_000, maxTracks: 3, maySwitchOff: false, isGraded: false },
  })
})

it('ignores what is malformed in a bandwidth profile', () => {
  const video = { max_subscription_bandwidth: 'much', mode: 7, render_dimensions: { high: { width: 'wide' } } }
  const message = ClientMessageSchema.parse({ type: 'update', session: null, bandwidth_profile: { video } })
  expect(message).toMatchObject({ bandwidth_profile: { maySwitchOff: true, isGraded: false } })
})
