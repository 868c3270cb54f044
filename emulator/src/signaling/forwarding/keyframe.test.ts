import { describe, expect, it } from 'vitest'
import { findKeyframe } from './keyframe.ts'

describe('a keyframe', () => {
  it.each([
    ['VP8', '100000009d012a8002e001', { dimensions: { width: 640, height: 480 } }],
    ['VP8', '908095100000009d012a8002e001', { dimensions: { width: 640, height: 480 } }],
    ['VP8', '1001', null],
    ['VP8', '00000000009d012a', null],
    ['H264', '6742e01f', { dimensions: null }],
    ['H264', '7800046742e01f000268ce', { dimensions: null }],
    ['H264', '7c85ff', { dimensions: null }],
    ['H264', '7c05ff', null],
    ['H264', '41ff', null],
    ['opus', '', { dimensions: null }],
  ])('of %s in %s is told from other packets', (codec, payload, keyframe) => {
    expect(findKeyframe(codec, Buffer.from(payload, 'hex'))).toEqual(keyframe)
  })
})
