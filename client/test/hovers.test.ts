import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'

// What an editor shows over a method: asked of TypeScript's own language server, as editors do.

const METHODS = {
  'rooms.create': ['(input?: CreateRoomInput, options?: CallOptions) => Promise<Room>', 'Creates a room.'],
  'rooms.get': ['(input: RoomInput, options?: CallOptions) => Promise<Room>', 'A room that the caller may not see'],
  'auth.getToken': ['(input: GetTokenInput, options?: CallOptions) => Promise<AccessToken>', '`BANNED`'],
  'auth.whoami': ['(input?: undefined, options?: CallOptions) => Promise<Whoami>', 'what they may do'],
} as const

const FILE = fileURLToPath(new URL('hovered.ts', import.meta.url))
const SOURCE = [
  "import { createRoomkeyClient } from '../src/index.ts'",
  "const client = createRoomkeyClient({ url: 'http://localhost:5000' })",
  ...Object.keys(METHODS).map((name) => `void client.${name}`),
]

let server: ReturnType<typeof startLanguageServer>
beforeAll(async () => {
  server = startLanguageServer()
  await server.ask('initialize', { processId: process.pid, rootUri: null, capabilities: {} })
  server.tell('initialized', {})
  const uri = pathToFileURL(FILE).href
  server.tell('textDocument/didOpen', {
    textDocument: { uri, languageId: 'typescript', version: 1, text: SOURCE.join('\n') },
  })
})
afterAll(() => server.stop())

test.each(Object.entries(METHODS))('%s', async (name, [signature, docs]) => {
  const line = SOURCE.indexOf(`void client.${name}`)
  const position = { line, character: (SOURCE[line] ?? '').length - 1 }
  const hover = await server.ask('textDocument/hover', {
    textDocument: { uri: pathToFileURL(FILE).href },
    position,
  })
  const shown = JSON.stringify(hover)
  expect(shown).toContain(signature)
  expect(shown).toContain(docs)
})

/** Speaks the language server protocol over a pipe. Source: LSP 3.17, "Base Protocol". */
function startLanguageServer() {
  const tsc = fileURLToPath(new URL('../node_modules/typescript/bin/tsc', import.meta.url))
  const child = spawn(process.execPath, [tsc, '--lsp', '--stdio'], { stdio: ['pipe', 'pipe', 'ignore'] })
  const waiting = new Map<number, (result: unknown) => void>()
  let received = Buffer.alloc(0)
  child.stdout.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk])
    for (let message = take(); message !== undefined; message = take()) {
      const { id, method, result } = message
      if (id === undefined) continue
      // What the server asks of an editor, such as its settings, this one does not have.
      if (method === undefined) waiting.get(id)?.(result)
      else send({ id, result: null })
    }
  })

  function take(): { id?: number; method?: string; result?: unknown } | undefined {
    const start = received.indexOf('\r\n\r\n') + 4
    const length = Number(/Content-Length: (\d+)/i.exec(received.subarray(0, start).toString())?.[1])
    if (start < 4 || received.length < start + length) return undefined
    const body = received.subarray(start, start + length).toString()
    received = received.subarray(start + length)
    return JSON.parse(body) as ReturnType<typeof take>
  }

  function send(message: object): void {
    const body = JSON.stringify({ jsonrpc: '2.0', ...message })
    child.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`)
  }

  let lastId = 0
  return {
    async ask(method: string, params: object): Promise<unknown> {
      const id = ++lastId
      return new Promise((resolve) => {
        waiting.set(id, resolve)
        send({ id, method, params })
      })
    },
    tell: (method: string, params: object) => send({ method, params }),
    async stop() {
      child.kill()
      await once(child, 'exit')
    },
  }
}
