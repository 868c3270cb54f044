import type { VideoError } from '../src/core/video-error.ts'
import { createTwilioVideo, type TwilioVideo } from '../src/twilio/video.ts'
import { createFaultyTwilio, WIRE_ROOM, type FaultyTwilio } from './faulty-twilio.ts'

export const credentials = {
  accountSid: `AC${'a'.repeat(32)}`,
  apiKeySid: `SK${'b'.repeat(32)}`,
  apiKeySecret: 'planted-secret',
}

export const OTHER_SID = `RM${'8'.repeat(32)}`
export const COMPLETED_ROOM = { ...WIRE_ROOM, status: 'completed', end_time: '2026-11-24T13:00:00Z', duration: 3600 }
export const REMOVED_PARTICIPANT = {
  sid: `PA${'6'.repeat(32)}`,
  room_sid: WIRE_ROOM.sid,
  identity: 'Bo',
  status: 'disconnected',
  date_created: '2026-11-24T12:00:00Z',
  date_updated: '2026-11-24T12:00:00Z',
  start_time: '2026-11-24T12:00:00Z',
  end_time: '2026-11-24T12:30:00Z',
  duration: 1800,
}

export function open({ url }: { url: string }, timeoutMs = 5_000, warnings: object[] = []): TwilioVideo {
  const warn = (fields: object | string) => void warnings.push(Object(fields) as object)
  const log = { debug() {}, info() {}, warn, error() {} }
  return createTwilioVideo({ credentials: { ...credentials, videoUrl: url }, timeoutMs, log })
}

/** A page of a list as Twilio sends it. */
export function page(key: 'rooms' | 'participants', ...items: unknown[]): object {
  return { [key]: items, meta: { key, next_page_url: null } }
}

export async function failureOf(call: Promise<unknown>): Promise<VideoError> {
  return call.then(
    () => {
      throw new Error('the call succeeded')
    },
    (error: VideoError) => error,
  )
}

export async function closedServer(): Promise<{ url: string }> {
  const faulty: FaultyTwilio = await createFaultyTwilio(() => {})
  await faulty[Symbol.asyncDispose]()
  return faulty
}
