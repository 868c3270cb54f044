import { once } from 'node:events'
import twilio from 'twilio'
import { expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import { DEFAULT_CREDENTIALS } from '../../src/index.ts'
import { runCommand } from './process.ts'

// Each starts a process, on a machine that may have much else to do.
vi.setConfig({ testTimeout: 60_000 })

const urlIn = (output: string): string => /listening on (\S+)/.exec(output)?.[1] ?? ''

it('serves, says how to use it, and tells signalling clients to come back when it is stopped', async () => {
  await using command = runCommand(['--port', '0', '--media-ports', '20000-60000', '--media-address', '192.0.2.7'])
  const output = await command.until('Media')
  expect(output).toMatch(/UDP, port [2-6]\d{4}, at 192\.0\.2\.7/)
  const url = urlIn(output)
  expect(output).toContain(`TWILIO_API_SECRET=${DEFAULT_CREDENTIALS.apiKeySecret}`)
  expect(output).toContain(`client.video.baseUrl = '${url}'`)

  const client = twilio(DEFAULT_CREDENTIALS.accountSid, DEFAULT_CREDENTIALS.authToken)
  client.video.baseUrl = url
  expect((await client.video.v1.rooms.create({ uniqueName: 'a' })).uniqueName).toBe('a')

  const socket = new WebSocket(`${url.replace('http', 'ws')}/signaling`)
  await once(socket, 'open')
  const closed = once(socket, 'close')
  command.kill('SIGTERM')
  expect((await closed)[0]).toBe(1012)
  expect(await command.exited).toEqual([0, null])
})

it('says what stands open where other machines reach it, and stops there in good order', async () => {
  await using command = runCommand(['--host', '0.0.0.0', '--port', '0'])
  await command.until('known to all')
  expect(command.errors()).toBe('')
  command.kill('SIGTERM')
  expect(await command.exited).toEqual([0, null])
})

it('ends in good order though nobody reads what it says, and a client does not answer', async () => {
  await using command = runCommand(['--port', '0'])
  const url = urlIn(await command.until('Media'))
  const socket = new WebSocket(`${url.replace('http', 'ws')}/signaling`)
  await once(socket, 'open')
  socket.pause()
  command.stopReading()
  command.kill('SIGTERM')
  expect(await command.exited).toEqual([0, null])
  socket.terminate()
})

it('takes its settings from the environment, and keeps secrets it was given to itself', async () => {
  await using command = runCommand([], {
    EMULATOR_PORT: '0',
    TWILIO_ACCOUNT_SID: `AC${'a'.repeat(32)}`,
    TWILIO_AUTH_TOKEN: 'a-token-of-mine',
    TWILIO_API_SECRET: 'a-secret-of-mine',
    EMULATOR_NO_AD_HOC_ROOMS: 'true',
  })
  const output = await command.until('wsServerInsights')
  expect(output).not.toMatch(/of-mine/)
  const client = twilio(`AC${'a'.repeat(32)}`, 'a-token-of-mine')
  client.video.baseUrl = urlIn(output)
  expect((await client.video.v1.rooms.create()).accountSid).toBe(`AC${'a'.repeat(32)}`)
  const refused = await fetch(`${urlIn(output)}/_emulator/bots`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"room":"nowhere"}',
  })
  expect(await refused.json()).toMatchObject({ code: 53106 })
})

it('names every error in its settings at once, and fails', async () => {
  await using command = runCommand(
    [
      '--port',
      '70000',
      '--account-sid',
      'x',
      '--tls-cert',
      '/nowhere.pem',
      '--session-timeout',
      'soon',
      '--media',
      'pigeon',
    ],
    {
      EMULATOR_STATUS_CALLBACK: 'nowhere',
      ICE_SERVERS: '[',
      EMULATOR_TURN: 'maybe',
      EMULATOR_MEDIA_PORTS: '40010-40000',
      EMULATOR_MEDIA_ADDRESS: 'here',
    },
  )
  expect(await command.exited).toEqual([1, null])
  const flags = command
    .errors()
    .split('\n')
    .flatMap((line) => /^--(\S+)/.exec(line)?.[1] ?? [])
  expect(new Set(flags)).toEqual(
    new Set([
      'port',
      'account-sid',
      'tls-cert',
      'session-timeout',
      'status-callback',
      'ice-servers',
      'turn',
      'media',
      'media-ports',
      'media-address',
    ]),
  )
})

it('fails on what it does not know', async () => {
  await using unknown = runCommand(['--prot', '1'])
  expect(await unknown.exited).toEqual([1, null])
  expect(unknown.errors()).toContain("Unknown option '--prot'")
})

it('fails on a port that is taken', async () => {
  await using first = runCommand(['--port', '0'])
  const { port } = new URL(urlIn(await first.until('wsServerInsights')))
  await using second = runCommand(['--port', port])
  expect(await second.exited).toEqual([1, null])
  expect(second.errors()).toBe(`Port ${port} is in use. Stop what uses it, or choose another with --port.\n`)
})

it('helps', async () => {
  await using command = runCommand(['--help'])
  expect(await command.exited).toEqual([0, null])
  for (const text of ['--tls-cert FILE', '[ICE_SERVERS]', '--no-ad-hoc-rooms']) expect(command.output()).toContain(text)
})
