import { createRequire } from 'node:module'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import twilio from 'twilio'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { WebSocket, type ClientOptions } from 'ws'
import { readFileSync } from 'node:fs'
import { DEFAULT_CREDENTIALS } from '../../src/index.ts'
import { runCommand } from './process.ts'

// Each starts a process, on a machine that may have much else to do.
vi.setConfig({ testTimeout: 60_000 })

const file = (name: string): string => fileURLToPath(new URL(name, import.meta.url))
const ca = readFileSync(file('tls-cert.pem'))

// What an entry in the hosts file does: each of Twilio's names leads here.
const dns = createRequire(import.meta.url)('node:dns') as { lookup: unknown }
const { lookup } = dns
type Found = (error: null, address: string | { address: string; family: number }[], family?: number) => void
beforeEach(() => {
  dns.lookup = (hostname: string, options: { all?: boolean }, found: Found) => {
    expect(hostname).toMatch(/\.twilio\.com$/)
    if (options.all) found(null, [{ address: '127.0.0.1', family: 4 }])
    else found(null, '127.0.0.1', 4)
  }
})
afterEach(() => {
  dns.lookup = lookup
})

it('answers under Twilio’s own names to clients that cannot be told of others', async () => {
  await using command = runCommand([
    '--port',
    '0',
    '--tls-cert',
    file('tls-cert.pem'),
    '--tls-key',
    file('tls-key.pem'),
  ])
  const output = await command.until('wsServerInsights')
  expect(output).toContain('https://127.0.0.1')
  expect(output).toContain('wss://127.0.0.1')
  const { port } = new URL(/listening on (\S+)/.exec(output)?.[1] ?? '')

  const { accountSid, authToken, apiKeySid, apiKeySecret } = DEFAULT_CREDENTIALS
  const httpClient = new twilio.RequestClient({ ca: ca.toString() })
  const client = twilio(accountSid, authToken, { httpClient })
  client.video.baseUrl = `https://video.twilio.com:${port}`
  client.api.baseUrl = `https://api.twilio.com:${port}`
  for (const uniqueName of ['a', 'b', 'c']) await client.video.v1.rooms.create({ uniqueName })
  const rooms = await client.video.v1.rooms.list({ pageSize: 2 })
  expect(rooms.map(({ url }) => new URL(url).origin)).toEqual(Array(3).fill(`https://video.twilio.com:${port}`))
  expect((await client.api.v2010.accounts(accountSid).fetch()).status).toBe('active')

  const token = new twilio.jwt.AccessToken(accountSid, apiKeySid, apiKeySecret, { identity: 'alice' })
  token.addGrant(new twilio.jwt.AccessToken.VideoGrant())
  const options: ClientOptions = { ca }
  const signaling = new WebSocket(`wss://global.vss.twilio.com:${port}/signaling`, options)
  await once(signaling, 'open')
  signaling.send(JSON.stringify({ type: 'hello', id: 'x', timeout: 5000, version: 2 }))
  expect(JSON.parse(String((await once(signaling, 'message'))[0]))).toMatchObject({ type: 'welcome' })
  signaling.terminate()

  const nowhere = new WebSocket(`wss://foo.vss.twilio.com:${port}/signaling`, options)
  expect(String((await once(nowhere, 'error'))[0])).toContain('404')

  const insights = new WebSocket(`wss://sdkgw.us1.twilio.com:${port}/v1/VideoEvents`, options)
  await once(insights, 'open')
  insights.send(JSON.stringify({ type: 'connect', token: token.toJwt(), version: 1 }))
  expect(JSON.parse(String((await once(insights, 'message'))[0]))).toMatchObject({ type: 'connected' })
  insights.terminate()
})
