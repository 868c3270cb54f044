import { once } from 'node:events'
import { Agent, request as startRequest } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { buffer } from 'node:stream/consumers'
import { createWorld, toQuery, type World, type WorldOptions } from '../setup.ts'
import { START, createPlaceholders } from './placeholders.ts'

export type Headers = Record<string, string>

/** A part of the recording: a server of its own, and the requests made to it in turn. */
export type Scene = {
  world?: WorldOptions
  play: (wire: Wire) => Promise<void>
  /** Numbers that the machine's own clock decides; `N` stands for them. */
  unsteady?: RegExp
}

// oxlint-disable-next-line typescript/no-explicit-any -- a scene reads the JSON as any client would
export type Reply = { status: number; text: string; data: any }

/** Makes the requests of a scene, each under a title, and keeps what was said on both sides. */
export type Wire = {
  world: World
  /** Milliseconds since 1970, as the server knows them; a second more with every request. */
  clock: { now: number }
  query: (title: string, procedure: string, input?: unknown, headers?: Headers) => Promise<Reply>
  mutate: (title: string, procedure: string, input?: unknown, headers?: Headers) => Promise<Reply>
  /** Any request at all; `GET` unless it says otherwise. */
  send: (title: string, url: string, sent?: { method?: string; headers?: Headers; body?: string }) => Promise<Reply>
  /** These bytes on a connection of their own, whatever HTTP makes of them. */
  speak: (title: string, bytes: string) => Promise<void>
}

/** Plays a scene and returns what went over the wire, with placeholders for what differs from run to run. */
export async function record({ world: options, play, unsteady }: Scene): Promise<string> {
  const clock = { now: START }
  await using world = await createWorld({
    ...options,
    way: 'socket',
    overrides: { pageDirectory: null, now: () => clock.now, ...options?.overrides },
  })
  const { port } = world.app.server.address() as AddressInfo
  const agent = new Agent({ keepAlive: true })
  const placeholders = createPlaceholders()
  const sections: string[] = []

  function write(title: string, sent: string, received: string): void {
    const [request, response] = [sent, received].map((text) =>
      [placeholders.replace(text), ...placeholders.explainTokens()].join('\n'),
    )
    sections.push(`## ${title}\n\n${request}\n\n${response}\n`)
  }

  const send: Wire['send'] = async (title, url, { method = 'GET', headers = {}, body = '' } = {}) => {
    await tick(clock)
    const sent = startRequest({ port, host: '127.0.0.1', agent, path: url, method, headers })
    sent.end(body)
    const [response] = (await once(sent, 'response')) as [IncomingMessage]
    const text = (await buffer(response)).toString()
    const asked = [
      `${method} ${abbreviate(readable(url))}`,
      ...formatHeaders(Object.entries(headers)),
      abbreviate(body),
    ]
    const status = response.statusCode ?? 0
    const received = [String(status), ...formatHeaders(toPairs(response.rawHeaders)), formatBody(text)]
    write(title, asked.filter(Boolean).join('\n'), received.filter(Boolean).join('\n'))
    return { status, text, data: readData(text) }
  }

  const speak: Wire['speak'] = async (title, bytes) => {
    await tick(clock)
    const socket = connect(port, '127.0.0.1')
    // A connection that is reset after its response has said all there is to record.
    socket.on('error', () => {})
    let heard = ''
    socket.on('data', (chunk: Buffer) => {
      heard += chunk.toString('latin1')
      if (isComplete(heard)) socket.end()
    })
    socket.write(bytes, 'latin1')
    await once(socket, 'close')
    const [head = '', body = ''] = heard.split(/\r\n\r\n(.*)/s, 2)
    const [status = '', ...lines] = head.split('\r\n')
    const headers = lines.map((line) => line.split(/: (.*)/, 2) as [string, string])
    const asked = bytes.split('\r\n').map(abbreviate).join('\n').trimEnd()
    write(title, asked, [status, ...formatHeaders(headers), formatBody(body)].filter(Boolean).join('\n'))
  }

  try {
    await play({
      world,
      clock,
      send,
      speak,
      query: (title, procedure, input, headers) =>
        send(title, toQuery(procedure, input), { ...(headers && { headers }) }),
      mutate: (title, procedure, input, headers) =>
        send(title, `/trpc/${procedure}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...headers },
          ...(input === undefined ? undefined : { body: JSON.stringify(input) }),
        }),
    })
  } finally {
    agent.destroy()
  }
  const text = sections.join('\n')
  return unsteady === undefined ? text : text.replace(unsteady, 'N')
}

/** A second passes for the server, and at least a millisecond for everyone: what is listed by time has an order. */
async function tick(clock: { now: number }): Promise<void> {
  clock.now += 1000
  const before = Date.now()
  while (Date.now() === before) await nextTurn()
}

/** What says only how long a response was, or when, and that the connection is kept. */
const UNRECORDED = /^(?:date|content-length|keep-alive|connection: keep-alive$)/

function formatHeaders(headers: [string, string][]): string[] {
  return headers
    .map(([name, value]) => `${name.toLowerCase()}: ${abbreviate(value)}`)
    .filter((line) => !UNRECORDED.test(line))
    .toSorted()
}

/** JSON of more than a line is shown indented, where that loses no byte. */
function formatBody(text: string): string {
  if (!/^[{[]/.test(text)) return text
  try {
    const json: unknown = JSON.parse(text)
    return JSON.stringify(json) === text ? indent(json, '') : text
  } catch {
    return text
  }
}

function indent(value: unknown, margin: string): string {
  const text = JSON.stringify(value)
  if (text.length <= 140 || typeof value !== 'object' || value === null) return text
  const inner = `${margin}  `
  const items = Array.isArray(value)
    ? value.map((item) => inner + indent(item, inner))
    : Object.entries(value).map(([key, item]) => `${inner}${JSON.stringify(key)}: ${indent(item, inner)}`)
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}']
  return `${open}\n${items.join(',\n')}\n${margin}${close}`
}

function isComplete(response: string): boolean {
  const head = /^(.*?)\r\n\r\n/s.exec(response)
  const length = /^content-length: (\d+)/im.exec(head?.[1] ?? '')
  return head !== null && length !== null && response.length >= head[0].length + Number(length[1])
}

function abbreviate(text: string): string {
  return text.length <= 400 ? text : `${text.slice(0, 60)}… (${text.length} characters)`
}

/** A URL with its input as a person would write it. */
function readable(url: string): string {
  const [path = '', query] = url.split(/\?(.*)/s, 2)
  if (query === undefined) return path
  try {
    return `${path}?${decodeURIComponent(query)}`
  } catch {
    return url
  }
}

function readData(text: string): unknown {
  if (!text.startsWith('{"result"')) return undefined
  return (JSON.parse(text) as { result: { data: unknown } }).result.data
}

function toPairs(rawHeaders: string[]): [string, string][] {
  return rawHeaders.flatMap((name, index) => (index % 2 === 0 ? [[name, rawHeaders[index + 1] ?? '']] : []))
}
