import { randomBytes } from 'node:crypto'
import { RtpHeader, SrtcpSession, SrtpSession as WeriftSession } from 'werift'
import { describe, expect, it } from 'vitest'
import { formatKeyframeRequest } from './rtcp-packet.ts'
import { formatRtpHeader, type RtpPacket } from './rtp-packet.ts'
import { AEAD_AES_128_GCM, AES128_CM_SHA1_80, createSrtpCipher, keyLengthsOf } from './srtp.ts'
import { SrtpSession } from './srtp-session.ts'

const packet: RtpPacket = {
  marker: true,
  payloadType: 96,
  sequence: 65_534,
  timestamp: 1234,
  ssrc: 0xfedcba98,
  extensions: [{ id: 3, value: Buffer.from([1, 2, 3]) }],
  payload: Buffer.from('a picture, or a part of one'),
}

describe.each([
  ['AEAD_AES_128_GCM', AEAD_AES_128_GCM],
  ['AES128_CM_HMAC_SHA1_80', AES128_CM_SHA1_80],
] as const)('SRTP with %s', (_name, profile) => {
  function createEnds() {
    const { key, salt } = keyLengthsOf(profile)
    const [localKey, localSalt, remoteKey, remoteSalt] = [key, salt, key, salt].map((length) => randomBytes(length))
    const local = { masterKey: localKey as Buffer, masterSalt: localSalt as Buffer }
    const remote = { masterKey: remoteKey as Buffer, masterSalt: remoteSalt as Buffer }
    const ours = new SrtpSession(createSrtpCipher(profile, local), createSrtpCipher(profile, remote))
    const theirs = new SrtpSession(createSrtpCipher(profile, remote), createSrtpCipher(profile, local))
    const keys = {
      localMasterKey: remote.masterKey,
      localMasterSalt: remote.masterSalt,
      remoteMasterKey: local.masterKey,
      remoteMasterSalt: local.masterSalt,
    }
    const config = { keys, profile }
    return { ours, theirs, werift: new WeriftSession(config), weriftControl: new SrtcpSession(config) }
  }

  it('carries packets across the wrap of their sequence numbers', () => {
    const { ours, theirs } = createEnds()
    for (let step = 0; step < 70_000; step += 97) {
      const sent = { ...packet, sequence: (65_000 + step) & 0xffff }
      expect(theirs.decryptRtp(ours.encryptRtp(sent))).toEqual(sent)
    }
  })

  it('is what werift reads and writes', () => {
    const { ours, werift, weriftControl } = createEnds()
    const read = werift.decrypt(ours.encryptRtp(packet))
    expect(read.equals(Buffer.concat([formatRtpHeader(packet), packet.payload]))).toBe(true)
    const header = new RtpHeader({ payloadType: 96, sequenceNumber: 7, timestamp: 8, ssrc: 9, version: 2 })
    expect(ours.decryptRtp(werift.encrypt(packet.payload, header))).toMatchObject({
      sequence: 7,
      payload: packet.payload,
    })
    const request = formatKeyframeRequest(1, 9)
    expect(weriftControl.decrypt(ours.encryptRtcp(request)).equals(request)).toBe(true)
    expect(ours.decryptRtcp(weriftControl.encrypt(request))?.equals(request)).toBe(true)
  })

  it('takes no packet twice, none that was changed, and none of another’s', () => {
    const { ours, theirs } = createEnds()
    const sealed = ours.encryptRtp(packet)
    for (let at = 0; at < sealed.length; at++) {
      const changed = Buffer.from(sealed)
      changed.writeUInt8(changed.readUInt8(at) ^ 0x10, at)
      expect(theirs.decryptRtp(changed)).toBeNull()
    }
    expect(theirs.decryptRtp(sealed)).toEqual(packet)
    expect(theirs.decryptRtp(sealed)).toBeNull()
    expect(createEnds().theirs.decryptRtp(sealed)).toBeNull()
    const control = ours.encryptRtcp(formatKeyframeRequest(1, 9))
    for (let at = 0; at < control.length; at++) {
      const changed = Buffer.from(control)
      changed.writeUInt8(changed.readUInt8(at) ^ 0x10, at)
      expect(theirs.decryptRtcp(changed)).toBeNull()
      expect(theirs.decryptRtcp(control.subarray(0, at))).toBeNull()
      expect(theirs.decryptRtp(sealed.subarray(0, at))).toBeNull()
    }
  })
})
