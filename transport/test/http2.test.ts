import { connect, type ClientHttp2Session, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http2'
import { describe, expect, it } from 'vitest'
import { startServer, type Options } from './setup.ts'

async function startHttp2(options: Options = {}) {
  const infos: (string | undefined)[] = []
  const server = await startServer('roomkey', {
    fastify: { http2: true } as never,
    ...options,
    trpc: {
      createContext: ({ info }) => {
        infos.push(info.url?.href)
        return { probe: undefined as never, user: null }
      },
      ...options.trpc,
    },
  })
  const session = connect(server.origin)
  return {
    infos,
    send: (headers: OutgoingHttpHeaders, body?: string | Uint8Array) => send(session, headers, body),
    broadcast: server.probe.broadcast,
    [Symbol.asyncDispose]: async () => {
      session.close()
      await server[Symbol.asyncDispose]()
    },
  }
}

async function send(session: ClientHttp2Session, headers: OutgoingHttpHeaders, body?: string | Uint8Array) {
  const stream = session.request(headers)
  stream.end(body)
  let head: IncomingHttpHeaders = {}
  stream.on('response', (received) => {
    head = received
  })
  let text = ''
  for await (const chunk of stream.setEncoding('utf8')) text += String(chunk)
  return { status: Number(head[':status']), head, text }
}

describe('over HTTP/2', () => {
  it('calls, batches and subscriptions are served', async () => {
    await using server = await startHttp2()
    const json = { ':method': 'POST', 'content-type': 'application/json' }
    const call = await server.send({ ...json, ':path': '/trpc/add' }, '{"a":1,"b":2}')
    expect(JSON.parse(call.text)).toEqual({ result: { data: 3 } })
    const batch = await server.send({ ':path': '/trpc/whoami,no.such?batch=1' })
    expect(batch.status).toBe(207)
    const stream = await server.send({ ':path': '/trpc/mixed' })
    expect(stream.head['content-type']).toBe('text/event-stream')
    expect(stream.text).toContain('data: "two"\nid: 2\n\n\nevent: return')
    const refused = await server.send({ ...json, 'content-type': 'a/b', ':path': '/trpc/add' }, 'x')
    expect(refused.status).toBe(415)
  })

  it('streamed batches are served, though tRPC gives them a header that HTTP/2 forbids', async () => {
    await using server = await startHttp2()
    const response = await server.send({ ':path': '/trpc/whoami,promises?batch=1', 'trpc-accept': 'application/jsonl' })
    expect(response.status).toBe(200)
    expect(response.head['content-type']).toBe('application/json')
    expect(response.text).toContain('"0":[[0]')
    const unbatched = await server.send({ ':path': '/trpc/whoami', 'trpc-accept': 'application/jsonl' })
    expect(unbatched.status).toBe(400)
    expect((await server.send({ ':path': '/trpc/whoami' })).status).toBe(200)
  })

  it('headers of the host that HTTP/2 forbids are left out', async () => {
    await using server = await startHttp2({
      trpc: {
        responseMeta: () => ({ headers: { connection: 'keep-alive', 'Transfer-Encoding': 'chunked', 'x-own': '1' } }),
      },
    })
    for (const path of ['/trpc/whoami', '/trpc/mixed', '/trpc/whoami?batch=1']) {
      const { status, head } = await server.send({ ':path': path })
      expect({ status, own: head['x-own'] }).toEqual({ status: 200, own: '1' })
    }
  })

  it('form data reaches its procedure', async () => {
    await using server = await startHttp2()
    const form = new FormData()
    form.set('name', 'Ada')
    const request = new Request('http://a', { method: 'POST', body: form })
    const body = new Uint8Array(await request.arrayBuffer())
    const headers = {
      ':method': 'POST',
      ':path': '/trpc/upload',
      'content-type': String(request.headers.get('content-type')),
    }
    expect(JSON.parse((await server.send(headers, body)).text)).toEqual({ result: { data: { name: 'Ada' } } })
  })

  it('the context learns the address from :authority', async () => {
    await using server = await startHttp2()
    await server.send({ ':path': '/trpc/whoami?a=1', ':authority': 'rooms.example:8443' })
    expect(server.infos).toEqual(['http://rooms.example:8443/trpc/whoami?a=1'])
  })
})
