import { createHmac } from 'node:crypto'
import webhooks from 'twilio/lib/webhooks/webhooks.js'
import { SAMPLE_CREDENTIALS } from '../../setup.ts'
import type { Scene } from '../wire.ts'

const PUBLIC_URL = 'https://video.example.com/base'
const AUTH_TOKEN = 'the-auth-token-of-tests'

/** What callers hear who ask too much. */
export const limits: Scene = {
  world: { env: { RATE_LIMIT_CALLS: '6', RATE_LIMIT_TOKENS: '2', RATE_LIMIT_INVITES: '1' } },
  async play({ clock, query, mutate, send }) {
    const token = { userId: 'ann', roomSid: 'Monday' }
    const batch = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ 0: token, 1: token }),
    }
    await mutate('the first token', 'auth.getToken', token)
    await send('a second and a third at once', '/trpc/auth.getToken,auth.getToken?batch=1', batch)
    await mutate('an invitation', 'auth.getToken', { userId: 'ann', invite: `inv_${'x'.repeat(43)}` })
    await query('a call', 'auth.whoami')
    await query('the last call of the minute', 'auth.whoami')
    await query('one too many', 'auth.whoami')
    await query('from a page', 'auth.whoami', undefined, { origin: 'http://localhost:5173' })
    clock.now += 60_000
    await query('a minute later', 'auth.whoami')
    await mutate('an invitation a minute later', 'auth.getToken', { userId: 'ann', invite: `inv_${'x'.repeat(43)}` })
    await mutate('an invitation too many', 'auth.getToken', { userId: 'ann', invite: `inv_${'x'.repeat(43)}` })
  },
}

/** What an address hears that asks too much. */
export const addressLimit: Scene = {
  world: { env: { RATE_LIMIT_ADDRESS: '2' } },
  unsteady: /(?<=retry-after: |again in |"retryAfterSeconds":)\d+/g,
  async play({ query, send }) {
    await query('the first request', 'auth.whoami')
    await query('the second request', 'auth.whoami')
    await query('one too many', 'auth.whoami')
    await send('one too many, whatever is asked', '/trpc/nope')
    await send('health is not counted', '/healthz')
  },
}

/** Where a browser is told that signalling is. */
export const publicAddress: Scene = {
  world: { env: { TRUST_PROXY: '127.0.0.1', HOST: '0.0.0.0', OPEN_ACCESS: 'true', MAX_EVENT_LOOP_DELAY_MS: 'off' } },
  async play({ mutate }) {
    const input = { userId: 'ann', roomSid: 'Monday' }
    await mutate('as called', 'auth.getToken', input)
    await mutate('by another name', 'auth.getToken', input, { host: 'rooms.example.com:8080' })
    await mutate('behind a proxy', 'auth.getToken', input, {
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'rooms.example.com',
    })
    await mutate('by a name that is none', 'auth.getToken', input, { host: 'a/b' })
  },
}

/** Reports of Twilio's, and what pretends to be one. */
export const statusCallback: Scene = {
  world: {
    env: {
      ...SAMPLE_CREDENTIALS,
      OPEN_ACCESS: 'true',
      DATA_DIR: ':memory:',
      TWILIO_AUTH_TOKEN: AUTH_TOKEN,
      PUBLIC_URL,
    },
  },
  async play({ mutate, send }) {
    await mutate('an access token names no signalling', 'auth.getToken', { userId: 'ann', roomSid: 'Monday' })
    const path = '/twilio/status-callback'
    const report = {
      StatusCallbackEvent: 'participant-connected',
      RoomSid: `RM${'1'.repeat(32)}`,
      ParticipantSid: `PA${'2'.repeat(32)}`,
      ParticipantIdentity: 'Beyoncé & co',
    }
    const body = new URLSearchParams(report).toString()
    const sign = (url: string, fields = report) => webhooks.getExpectedTwilioSignature(AUTH_TOKEN, url, fields)
    const post = (
      title: string,
      signature: string | undefined,
      sent: { url?: string; body?: string; type?: string } = {},
    ) =>
      send(title, sent.url ?? path, {
        method: 'POST',
        headers: {
          'content-type': sent.type ?? 'application/x-www-form-urlencoded',
          ...(signature !== undefined && { 'x-twilio-signature': signature }),
        },
        body: sent.body ?? body,
      })
    await post('signed', sign(`${PUBLIC_URL}${path}`))
    await post('not signed', undefined)
    await post('signed with nonsense', 'nonsense')
    await post('signed by another', createHmac('sha1', 'x').update('x').digest('base64'))
    await post('signed over another address', sign(`http://127.0.0.1${path}`))
    await post('changed', sign(`${PUBLIC_URL}${path}`), { body: `${body}&Extra=x` })
    await post('signed with a query', sign(`${PUBLIC_URL}${path}?x=1`), { url: `${path}?x=1` })
    await post('as JSON', sign(`${PUBLIC_URL}${path}`), { type: 'application/json', body: JSON.stringify(report) })
    await post('too large', sign(`${PUBLIC_URL}${path}`), { body: `${body}&Padding=${'x'.repeat(70_000)}` })
    await post('with a name twice', sign(`${PUBLIC_URL}${path}`), { body: `${body}&RoomSid=x` })
    await send('by GET', path)
  },
}
