import { describe, expect, it } from 'vitest'
import { sendRaw, startServer } from './setup.ts'

const MiB = 1024 * 1024

/** A request whose body is promised or streamed but never needed: what the server says must not wait for it. */
function head(contentType: string, framing: string): string {
  return `POST /trpc/add HTTP/1.1\r\nhost: a\r\ncontent-type: ${contentType}\r\n${framing}\r\n\r\n`
}

describe('bodies', () => {
  it.each(['application/json', 'multipart/form-data; boundary=x', 'application/octet-stream'])(
    'refuses a %s body that announces too much, before a byte of it arrived',
    async (contentType) => {
      await using server = await startServer('roomkey', { fastify: { bodyLimit: 1000 } })
      const response = await sendRaw(server.port, head(contentType, 'content-length: 40000000'), '}}')
      expect(response).toMatch(/^HTTP\/1.1 413 /)
      expect(response).toContain('"code":"PAYLOAD_TOO_LARGE"')
    },
  )

  it('refuses an unknown content type without reading the body', async () => {
    await using server = await startServer('roomkey')
    const response = await sendRaw(server.port, head('application/xml', 'transfer-encoding: chunked'), '}}')
    expect(response).toMatch(/^HTTP\/1.1 415 /)
    expect(response).toContain('"message":"Unsupported content-type \\"application/xml"')
    expect(response.toLowerCase()).toContain('connection: close')
  })

  it('stops reading form data and binary bodies at the limit', async () => {
    await using server = await startServer('roomkey', { trpc: { maxBodySize: MiB } })
    const before = process.memoryUsage()
    for (const contentType of ['multipart/form-data; boundary=x', 'application/octet-stream']) {
      let sent = 0
      const body = new ReadableStream<Uint8Array>({
        pull(controller) {
          sent += MiB
          if (sent > 64 * MiB) controller.close()
          else controller.enqueue(new Uint8Array(MiB))
        },
      })
      const headers = { 'content-type': contentType }
      const init = { method: 'POST', headers, body, duplex: 'half' } as RequestInit
      const status = await fetch(`${server.url}/upload`, init).then(
        async (response) => {
          await response.text()
          return response.status
        },
        () => 'cut off' as const,
      )
      expect([400, 413, 'cut off']).toContain(status)
    }
    expect(process.memoryUsage().arrayBuffers - before.arrayBuffers).toBeLessThan(48 * MiB)
  })

  it('lets a client that sends a large JSON body read the refusal', async () => {
    await using server = await startServer('roomkey')
    const response = await fetch(`${server.url}/add`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify('x'.repeat(10 * MiB)),
    })
    expect(response.status).toBe(413)
    await expect(response.json()).resolves.toMatchObject({ error: { data: { code: 'PAYLOAD_TOO_LARGE' } } })
    expect(server.probe.errors).toMatchObject([{ code: 'PAYLOAD_TOO_LARGE', path: undefined }])
  })

  it('leaves the parsers and errors of the rest of the server alone', async () => {
    await using server = await startServer('roomkey', {
      prepare: (app) => {
        app.post('/other', (request) => request.body)
        app.get('/broken', () => {
          throw new Error('other')
        })
        app.addHook('onRequest', async (request) => {
          if (request.headers['x-limited'] !== undefined)
            throw Object.assign(new Error('slow down'), { statusCode: 429 })
        })
      },
    })
    const other = await fetch(`http://127.0.0.1:${server.port}/other`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"a":1}',
    })
    await expect(other.json()).resolves.toEqual({ a: 1 })
    expect((await fetch(`http://127.0.0.1:${server.port}/broken`)).status).toBe(500)
    const limited = await fetch(`${server.url}/whoami`, { headers: { 'x-limited': '1' } })
    expect(limited.status).toBe(429)
    await expect(limited.json()).resolves.toMatchObject({ message: 'slow down' })
  })
})

describe('paths', () => {
  it('serves a batch of any length that maxBatchSize permits', async () => {
    await using server = await startServer('roomkey', { trpc: { maxBatchSize: 400 } })
    const all = await fetch(`${server.url}/${Array(400).fill('whoami').join(',')}?batch=1`)
    expect(all.status).toBe(200)
    await expect(all.json()).resolves.toHaveLength(400)
    const tooMany = await fetch(`${server.url}/${Array(401).fill('whoami').join(',')}?batch=1`)
    expect(tooMany.status).toBe(400)
  })

  it('leaves deeper paths to the host', async () => {
    await using server = await startServer('roomkey')
    expect((await fetch(`${server.url}/whoami/more`)).status).toBe(404)
    const response = await fetch(`${server.url}/who%2Fami`)
    await expect(response.json()).resolves.toMatchObject({ error: { message: 'No procedure found on path "who/ami"' } })
  })
})
