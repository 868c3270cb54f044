import { setTimeout as wait } from 'node:timers/promises'
import webhooks from 'twilio/lib/webhooks/webhooks.js'
import { ENVIRONMENT } from '../access/setup.ts'
import { SAMPLE_CREDENTIALS, type TestResponse, type World } from '../setup.ts'

export const AUTH_TOKEN = 'the-auth-token-of-tests'
export const PUBLIC_URL = 'https://video.example.com'
const CALLBACK_URL = `${PUBLIC_URL}/twilio/status-callback`

/** A server that takes Twilio's reports; Twilio itself is nowhere. */
export const REPORTED: Record<string, string> = {
  ...ENVIRONMENT,
  ...SAMPLE_CREDENTIALS,
  TWILIO_AUTH_TOKEN: AUTH_TOKEN,
  PUBLIC_URL,
  // There is nobody to ask.
  EVENTS_RECONCILE_SECONDS: 'off',
}

/** A SID of Twilio's form. */
export function sid(prefix: string, number: number): string {
  return prefix + number.toString(16).padStart(32, '0')
}

export const ROOM = sid('RM', 1)

/** A report as Twilio sends it. */
export function report(event: string, fields: Record<string, string> = {}): Record<string, string> {
  return {
    AccountSid: SAMPLE_CREDENTIALS.TWILIO_ACCOUNT_SID,
    RoomSid: ROOM,
    RoomName: 'standup',
    RoomType: 'group',
    RoomStatus: 'in-progress',
    StatusCallbackEvent: event,
    Timestamp: '2026-01-01T00:00:00.000Z',
    SequenceNumber: '0',
    ...fields,
  }
}

/** That a participant, known by their number, came in. */
export function arrival(number: number, fields: Record<string, string> = {}): Record<string, string> {
  return report('participant-connected', {
    ParticipantSid: sid('PA', number),
    ParticipantIdentity: `person ${number}`,
    ParticipantStatus: 'connected',
    SequenceNumber: String(number),
    ...fields,
  })
}

/** Sends a report, signed as Twilio signs. */
export function send(world: World, fields: Record<string, string>, token = AUTH_TOKEN): Promise<TestResponse> {
  return world.send('/twilio/status-callback', {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-twilio-signature': webhooks.getExpectedTwilioSignature(token, CALLBACK_URL, fields),
    },
    body: new URLSearchParams(fields).toString(),
  })
}

/** Sends reports at once, and fails the test if one is not taken. */
export async function sendAll(world: World, reports: readonly Record<string, string>[]): Promise<void> {
  for (const { status } of await Promise.all(reports.map((fields) => send(world, fields)))) {
    if (status !== 204) throw new Error(`a report was answered with ${status}`)
  }
}

/** Waits until it is so, and says what was not when it takes too long. */
export async function until(what: string, isSo: () => boolean | Promise<boolean>, ms = 20_000): Promise<void> {
  const endsAt = performance.now() + ms
  while (!(await isSo())) {
    if (performance.now() > endsAt) throw new Error(`it did not come about that ${what}`)
    await wait(10)
  }
}
