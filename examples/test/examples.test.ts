import { createRoomkeyClient, type RoomkeyClient } from '@roomkey/client'
import { createEmulator } from '@roomkey/emulator'
import { mkdtempDisposable } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { launchChromium } from '../../emulator/test/browser/chromium.ts'
import { createSite, type Site } from '../../emulator/test/browser/site.ts'
import { findFreePort, runExample } from './run-example.ts'

declare global {
  interface Window {
    /** The page's `twilio-video`. */
    Twilio: { Video: { connect(token: string, options: object): Promise<{ state: string }> } }
  }
}

type Example = {
  file: string
  build?: string
  /** Where Roomkey is in it. */
  at: string
  /** Where its procedures are, if not below that. */
  procedures?: { at: string; path: string }
  headers?: Record<string, string>
}

const EXAMPLES: Readonly<Record<string, Example>> = {
  'a Fastify plugin': { file: 'fastify/server.ts', at: '/video' },
  'an Express app': { file: 'express/server.ts', at: '/video', procedures: { at: '', path: 'video' } },
  'a Hono app': { file: 'hono/server.ts', at: '/video' },
  'a NestJS app': { file: 'nestjs/main.ts', build: 'tsdown main.ts --log-level warn', at: '/video' },
  'a merged tRPC router': {
    file: 'merged-router/server.ts',
    at: '/video',
    procedures: { at: '', path: 'video' },
    headers: { cookie: 'session=s3cret' },
  },
  'an AWS Lambda handler': { file: 'aws-lambda/local.ts', at: '/video' },
}

let browser: Browser
let site: Site
beforeAll(async () => {
  browser = await launchChromium()
  site = await createSite()
})
afterAll(async () => {
  await browser.close()
  await site.close()
})

/** Comes into a room as a page does, with `twilio-video` as npm has it. */
async function joinCall(token: string, connectOptions: object): Promise<void> {
  const page = await browser.newPage()
  await page.goto(site.url)
  const state = await page.evaluate(
    async ([accessToken, options]) => (await window.Twilio.Video.connect(accessToken, options)).state,
    [token, { audio: true, video: true, insights: false, ...connectOptions }] as const,
  )
  expect(state).toBe('connected')
  await page.close()
}

/** Waits until the server has been told of somebody's arrival, by a status callback. */
async function hasHeardOf(roomkey: RoomkeyClient, sid: string, identity: string): Promise<void> {
  await expect
    .poll(async () => (await roomkey.rooms.history({ sid })).events)
    .toContainEqual(expect.objectContaining({ type: 'participant-connected', identity, inferred: false }))
}

function createClient(url: string, { at, procedures, headers }: Example): RoomkeyClient {
  const base = procedures ?? { at, path: undefined }
  return createRoomkeyClient({
    url: url + base.at,
    ...(base.path !== undefined && { path: base.path }),
    fetch: (input, init) => {
      const sent = new Headers(init?.headers)
      for (const [name, value] of Object.entries(headers ?? {})) sent.set(name, value)
      return fetch(input, { ...init, headers: sent })
    },
  })
}

describe.each(Object.entries(EXAMPLES))('Roomkey as %s', (_name, example) => {
  test('on the emulator inside: a browser joins a call, and the server hears of it', async () => {
    const env = { PORT: '0', CORS_ORIGINS: new URL(site.url).origin }
    await using running = await runExample(example.file, { env, build: example.build })
    const roomkey = createClient(running.url, example)
    const { sid } = await roomkey.rooms.create({ roomName: 'Monday' })
    const { userId, token, connectOptions } = await roomkey.auth.getToken({ roomSid: sid, ...userOf(example) })
    await joinCall(token, connectOptions)
    await hasHeardOf(roomkey, sid, userId)
    expect((await fetch(`${running.url}${example.at}/readyz`)).status).toBe(200)
  })

  test('on Twilio, whose place an emulator takes: its status callbacks arrive over HTTP', async () => {
    await using emulator = await createEmulator()
    const port = await findFreePort()
    const env = toTwilioEnvironment(emulator, `http://127.0.0.1:${port}${example.at}`, port)
    await using running = await runExample(example.file, { env, build: example.build })
    const roomkey = createClient(running.url, example)
    const { sid } = await roomkey.rooms.create({ roomName: 'Monday' })
    await emulator.addBot({ room: 'Monday', identity: 'bot' })
    await hasHeardOf(roomkey, sid, 'bot')
  })
})

test('Roomkey as Twilio Functions: a token for a call, and its status callbacks', async () => {
  await using emulator = await createEmulator()
  const port = await findFreePort()
  await using folder = await mkdtempDisposable(join(tmpdir(), 'roomkey-functions-'))
  const env = { ...toTwilioEnvironment(emulator, `http://127.0.0.1:${port}`, port), DATA_DIR: folder.path }
  await using running = await runExample('test/twilio-runtime.ts', { env })
  const post = async (path: string, body: object) => {
    const response = await fetch(running.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    return { status: response.status, body: (await response.json()) as Record<string, unknown> }
  }
  const room = await post('/v1/rooms', { roomName: 'Monday' })
  expect(room.status).toBe(201)
  const { body } = await post('/v1/auth/token', { userId: 'Beyoncé', roomSid: 'Monday' })
  await joinCall(String(body['token']), body['connectOptions'] as object)
  const refused = await fetch(`${running.url}/twilio/status-callback`, { method: 'POST', body: new URLSearchParams() })
  expect(refused.status).toBe(403)
  // Functions have no history: another server on the same database, which nobody reports to, tells what they stored.
  const example = { file: 'fastify/server.ts', at: '/video' }
  await using reader = await runExample(example.file, { env: { ...env, PORT: '0' } })
  await emulator.addBot({ room: 'Monday', identity: 'bot' })
  await hasHeardOf(createClient(reader.url, example), String(room.body['sid']), 'bot')
})

function userOf({ headers }: Example): { userId?: string } {
  // Who has a session is who that says.
  return headers === undefined ? { userId: 'Beyoncé' } : {}
}

function toTwilioEnvironment(
  { url, credentials }: Awaited<ReturnType<typeof createEmulator>>,
  publicUrl: string,
  port: number,
): Record<string, string> {
  return {
    PORT: String(port),
    PUBLIC_URL: publicUrl,
    TWILIO_ACCOUNT_SID: credentials.accountSid,
    TWILIO_API_KEY: credentials.apiKeySid,
    TWILIO_API_SECRET: credentials.apiKeySecret,
    TWILIO_AUTH_TOKEN: credentials.authToken,
    TWILIO_VIDEO_URL: url,
    OPEN_ACCESS: 'true',
  }
}
