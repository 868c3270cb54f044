import { expect, it } from 'vitest'
import { signalingRegionOf } from './region.ts'

it.each([
  ['us2.vss.twilio.com', 'us2'],
  ['IE1.vss.twilio.com:8443', 'ie1'],
  ['de1.vss.stage.twilio.com', 'de1'],
  ['global.vss.twilio.com', 'us1'],
  ['127.0.0.1:8080', 'us1'],
  ['localhost', 'us1'],
  [undefined, 'us1'],
  ['foo.vss.twilio.com', null],
  ['34.vss.twilio.com', null],
])('the host %j stands for the region %j', (host, region) => {
  expect(signalingRegionOf(host)).toBe(region)
})
