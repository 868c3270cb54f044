import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { WIRE_ROOM, createFaultyTwilio, json, twilioError } from './faulty-twilio.ts'
import { SAMPLE_CREDENTIALS } from './setup.ts'

const MAIN = fileURLToPath(new URL('../roomkey.mjs', import.meta.url))

type Process = AsyncDisposable & {
  child: ChildProcess
  stdout(): string
  stderr(): string
  /** The exit code, or the signal that ended it. */
  ended: Promise<number | NodeJS.Signals>
}

/** A page of rooms as Twilio sends it, with none on it. */
const NO_ROOMS = { rooms: [], meta: { page: 0, page_size: 1, next_page_url: null, key: 'rooms' } }

let directory: string

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'roomkey-process-'))
})

afterEach(async () => {
  await rm(directory, { recursive: true })
})

// Starting a process on a busy machine can take its time.
describe('the process', { timeout: 120_000 }, () => {
  test.each(['SIGTERM', 'SIGINT'] as const)('finishes what it is doing on %s, then exits with 0', async (signal) => {
    const { promise: asked, resolve: ask } = Promise.withResolvers<void>()
    const { promise: mayAnswer, resolve: letAnswer } = Promise.withResolvers<void>()
    await using twilio = await createFaultyTwilio(async (request, response) => {
      // The server's own at start.
      if (request.method === 'GET') return json(200, NO_ROOMS)(request, response)
      ask()
      await mayAnswer
      json(201, WIRE_ROOM)(request, response)
    })
    await using server = start({ ...SAMPLE_CREDENTIALS, TWILIO_VIDEO_URL: twilio.url, OPEN_ACCESS: 'true' })
    const url = await listening(server)
    const inFlight = fetch(`${url}/trpc/rooms.create`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"roomName":"Monday"}',
    })
    await asked
    server.child.kill(signal)
    await until(() => server.stdout().includes('closing'), server)
    letAnswer()
    const answer = await inFlight
    expect(answer.status).toBe(200)
    expect(await answer.json()).toMatchObject({ result: { data: { name: 'Monday' } } })
    expect(await server.ended).toBe(0)
  })

  test.each(['20.20.2', '22.20.0'])('says which Node it needs when it is given %s', async (version) => {
    const versions = `Object.defineProperty(process, 'versions', { value: { node: '${version}' } })`
    const child = spawn(process.execPath, ['--import', `data:text/javascript,${versions}`, MAIN], { cwd: directory })
    let stderr = ''
    child.stderr.on('data', (data) => (stderr += data))
    const [code] = await once(child, 'close')
    expect(code).toBe(1)
    expect(stderr).toMatch(/^Roomkey needs Node 22\.21 or 24\.11, or a later one; this is v.*npm start/)
  })

  test('does not wait for the socket by which a call reports on itself', async () => {
    await using server = start({})
    const url = await listening(server)
    const response = await fetch(`${url}/v1/auth/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"userId":"Ada","roomSid":"Monday"}',
    })
    const { token, connectOptions } = (await response.json()) as {
      token: string
      connectOptions: { wsServerInsights: string }
    }
    const socket = new WebSocket(connectOptions.wsServerInsights)
    await once(socket, 'open')
    socket.send(JSON.stringify({ type: 'connect', token }))
    const [{ data }] = await once(socket, 'message')
    expect(JSON.parse(data)).toMatchObject({ type: 'connected' })
    server.child.kill('SIGTERM')
    expect(await server.ended).toBe(0)
  })

  test('does not wait for a connection that has said nothing, such as browsers open in advance', async () => {
    await using server = start({})
    const { hostname, port } = new URL(await listening(server))
    const silent = connect(Number(port), hostname)
    silent.on('error', () => undefined)
    await once(silent, 'connect')
    // Taken by the server, once it has answered somebody who came later.
    await fetch(`http://${hostname}:${port}/healthz`)
    server.child.kill('SIGTERM')
    expect(await server.ended).toBe(0)
  })

  test('does not wait after a second signal', async () => {
    const { promise: asked, resolve: ask } = Promise.withResolvers<void>()
    await using twilio = await createFaultyTwilio((request) => {
      if (request.url?.includes('PageSize=7')) ask()
    })
    await using server = start({ ...SAMPLE_CREDENTIALS, TWILIO_VIDEO_URL: twilio.url, OPEN_ACCESS: 'true' })
    const url = await listening(server)
    const input = encodeURIComponent('{"limit":7}')
    const inFlight = fetch(`${url}/trpc/rooms.list?input=${input}`).catch(() => 'cut')
    await asked
    server.child.kill('SIGTERM')
    await until(() => server.stdout().includes('closing'), server)
    server.child.kill('SIGTERM')
    expect(await server.ended).toBe('SIGTERM')
    expect(await inFlight).toBe('cut')
  })

  // The shell's way: one end of the pipe is the server, the other a program that reads three lines, or one and then
  // nothing more.
  test.each([
    ['has gone', 'head -3'],
    ['has stopped reading', 'head -1; sleep 600'],
  ])('ends in time when the reader of its output %s', async (_name, reader) => {
    const pipeline = `sh -c 'echo "pid $$" >&2; exec "$0" "$1"' "$0" "$1" | (${reader})`
    await using shell = run('sh', ['-c', pipeline, process.execPath, MAIN], { LOG_LEVEL: 'debug' })
    const url = await listening(shell)
    await until(() => /pid \d+/.test(shell.stderr()), shell, shell.child.stderr)
    const pid = Number(/pid (\d+)/.exec(shell.stderr())?.[1])
    try {
      // More lines than a pipe holds.
      const path = `/trpc/rooms.get?input=${encodeURIComponent(JSON.stringify({ wrong: 'x'.repeat(200) }))}`
      for (let index = 0; index < 600; index++) {
        const answer = await fetch(url + path)
        await answer.text()
        expect(answer.status).toBe(400)
      }
      process.kill(pid, 'SIGTERM')
      await expect.poll(() => isRunning(pid), { timeout: 30_000, interval: 200 }).toBe(false)
    } finally {
      if (isRunning(pid)) process.kill(pid, 'SIGKILL')
    }
  })

  test('asks Twilio at the start whether it takes the credentials', async () => {
    await using twilio = await createFaultyTwilio(twilioError(401, 20003))
    await using server = start({ ...SAMPLE_CREDENTIALS, TWILIO_VIDEO_URL: twilio.url, OPEN_ACCESS: 'true' })
    const url = await listening(server)
    await until(() => server.stdout().includes('Twilio refuses this server'), server)
    expect(await (await fetch(`${url}/readyz`)).json()).toMatchObject({ status: 'ok', warnings: [expect.any(String)] })
  })

  test('runs on the emulator with an empty environment, and shows what to try', async () => {
    await using server = start({})
    const url = await listening(server)
    await until(() => server.stdout().includes('Stop with Ctrl+C'), server)
    expect(server.stdout()).toContain(`${url}/trpc/rooms.create`)
    const answer = await fetch(`${url}/trpc/rooms.create`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"roomName":"Monday"}',
    })
    expect(answer.status).toBe(200)
    server.child.kill('SIGTERM')
    expect(await server.ended).toBe(0)
    expect(server.stderr()).toBe('')
  })

  test('refuses to start with faults, and names each, with exit code 1', async () => {
    await using server = start({ TWILIO_API_KEY: 'planted-key', PORT: 'planted-port', LOG_LEVEL: 'loud' })
    expect(await server.ended).toBe(1)
    for (const name of [
      'TWILIO_ACCOUNT_SID is missing',
      'TWILIO_API_SECRET is missing',
      'TWILIO_API_KEY',
      'PORT',
      'LOG_LEVEL',
    ]) {
      expect(server.stderr()).toContain(name)
    }
    expect(server.stderr()).not.toMatch(/planted|at .*\.ts/)
    expect(server.stdout()).toBe('')
  })

  test('says which port is in use', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    await using server = start({ PORT: String(port) })
    expect(await server.ended).toBe(1)
    expect(server.stderr()).toContain(`port ${port} is in use`)
    expect(server.stderr()).not.toMatch(/at .*\.ts/)
    other.close()
  })

  test('reads a .env file, and lets the environment win', async () => {
    await writeFile(join(directory, '.env'), 'PORT=planted-port\nLOG_LEVEL=loud\n')
    await using server = start({ PORT: '0' })
    expect(await server.ended).toBe(1)
    expect(server.stderr()).toContain('LOG_LEVEL')
    expect(server.stderr()).not.toContain('PORT:')
  })

  test.each([
    ['--help', /TWILIO_ACCOUNT_SID/],
    ['--version', /^\d+\.\d+\.\d+\n$/],
  ])('answers %s', async (argument, expected) => {
    await using server = start({}, [argument])
    expect(await server.ended).toBe(0)
    expect(server.stdout()).toMatch(expected)
  })

  test('refuses arguments it does not know', async () => {
    await using server = start({}, ['--prot', '80'])
    expect(await server.ended).toBe(1)
    expect(server.stderr()).toContain('--prot')
    expect(server.stderr()).toContain('Usage:')
  })
})

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

function start(env: Record<string, string>, args: string[] = []): Process {
  return run(process.execPath, [MAIN, ...args], env)
}

function run(command: string, args: string[], env: Record<string, string>): Process {
  const { PATH, NODE_COMPILE_CACHE } = process.env
  // A group of its own, so that all of a pipeline can be ended.
  const child = spawn(command, args, {
    cwd: directory,
    detached: true,
    env: { PATH, NODE_COMPILE_CACHE, PORT: '0', ...env },
  })
  const output = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()))
  const ended = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | NodeJS.Signals)
  return {
    child,
    stdout: () => output.stdout,
    stderr: () => output.stderr,
    ended,
    async [Symbol.asyncDispose]() {
      if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
        process.kill(-child.pid, 'SIGKILL')
      }
      await ended
    },
  }
}

async function listening(server: Process): Promise<string> {
  const pattern = /Server listening at (http:\/\/[\d.:]+)/
  await until(() => pattern.test(server.stdout()), server)
  return pattern.exec(server.stdout())?.[1] ?? ''
}

/** Looks again whenever the process says something, or ends. */
async function until(condition: () => boolean, { child, ended }: Process, stream = child.stdout): Promise<void> {
  const deadline = AbortSignal.timeout(100_000)
  while (!condition()) {
    const spoke = once(stream ?? child, 'data', { signal: deadline })
    const code = await Promise.race([spoke.then(() => undefined), ended])
    if (code !== undefined && !condition()) throw new Error(`the process ended with ${code}`)
  }
}
