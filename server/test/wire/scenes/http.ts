import type { Scene } from '../wire.ts'

const JSON_TYPE = { 'content-type': 'application/json' }
const TOKEN_INPUT = JSON.stringify({ userId: 'Ann', roomSid: 'Monday' })
const PAGE_ORIGIN = 'https://app.example.com'
const STRANGE_ORIGIN = 'https://evil.example.com'
const BODY_LIMIT = 256 * 1024

const NOT_UTF8 = '{"userId":"\xff","roomSid":"x"}'

const batchOf = (size: number) => `/trpc/${Array.from({ length: size }, () => 'auth.whoami').join(',')}?batch=1`

/** HTTP around the procedures: health, addresses, methods, content types, bodies, batches, broken requests. */
export const http: Scene = {
  async play({ send, speak, query }) {
    for (const url of ['/healthz', '/readyz']) {
      for (const method of ['GET', 'HEAD', 'POST', 'OPTIONS']) await send(`health: ${method} ${url}`, url, { method })
    }

    for (const url of [
      '/',
      '/nowhere',
      '/nowhere?secret=1',
      '/trpc',
      '/trpc/',
      '/trpc/nope',
      '/trpc/rooms',
      '/trpc/rooms.',
      '/trpc/rooms/list',
      '/trpc/rooms%2Elist',
      '/trpc/rooms%2Flist',
      '/trpc/constructor',
      '/trpc/rooms.__proto__',
      '/TRPC/rooms.list',
      '//trpc/rooms.list',
      '/trpc/rooms.list/',
      '/twilio/status-callback',
    ]) {
      await send(`address: ${url}`, url)
    }
    await send('address: none by POST', '/nowhere', { method: 'POST', headers: JSON_TYPE, body: '{}' })
    for (const url of [
      '/%',
      '/%zz',
      '/trpc/%ff',
      '/trpc/rooms.get?input=%ff',
      '/trpc/rooms.get?input=%',
      '/trpc/rooms.get?input=%7B',
      '/trpc/rooms.get?input=nonsense',
      '/trpc/rooms.get?input=',
      '/trpc/rooms.get?sid=Monday',
    ]) {
      await send(`address that cannot be read: ${url}`, url)
    }

    await send('method: a query by POST', '/trpc/rooms.list', { method: 'POST', headers: JSON_TYPE, body: '{}' })
    await send('method: a mutation by GET', '/trpc/rooms.create')
    for (const method of ['HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND']) {
      await send(`method: ${method}`, '/trpc/rooms.list', { method })
    }
    await send('method: an unknown procedure by POST', '/trpc/nope', { method: 'POST', headers: JSON_TYPE, body: '{}' })

    for (const type of [
      'application/json',
      'application/json; charset=utf-8',
      'Application/JSON',
      'application/json;charset=latin1',
      'application/jsonx',
      'application/x-www-form-urlencoded',
      'text/plain',
      'multipart/form-data; boundary=x',
      'application/octet-stream',
      'nonsense',
    ]) {
      await send(`content type: ${type}`, '/trpc/auth.getToken', {
        method: 'POST',
        headers: { 'content-type': type },
        body: TOKEN_INPUT,
      })
    }
    await send('content type: none', '/trpc/auth.getToken', { method: 'POST', body: TOKEN_INPUT })
    await send('content type: none, and no body', '/trpc/rooms.create', { method: 'POST' })
    await send('content type: of a query, whatever', '/trpc/auth.whoami', { headers: { 'content-type': 'text/plain' } })

    for (const body of [
      '{',
      '',
      'null',
      '[]',
      '1',
      '"x"',
      '{"userId":"a","userId":"b"}',
      '{"__proto__":{"userId":"a"}}',
    ]) {
      await send(`body: ${body || 'empty'}`, '/trpc/auth.getToken', { method: 'POST', headers: JSON_TYPE, body })
    }
    await send('body: nested too deep', '/trpc/auth.getToken', {
      method: 'POST',
      headers: JSON_TYPE,
      body: '['.repeat(40_000) + ']'.repeat(40_000),
    })
    await send('body: as large as may be', '/trpc/auth.getToken', {
      method: 'POST',
      headers: JSON_TYPE,
      body: TOKEN_INPUT.padEnd(BODY_LIMIT),
    })
    await send('body: with many unknown fields', '/trpc/rooms.create', {
      method: 'POST',
      headers: JSON_TYPE,
      body: JSON.stringify(Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`key${index}`, index]))),
    })
    for (const type of [
      'application/json',
      'multipart/form-data; boundary=x',
      'application/octet-stream',
      'text/plain',
    ]) {
      await send(`body: a byte too large, as ${type}`, '/trpc/auth.getToken', {
        method: 'POST',
        headers: { 'content-type': type },
        body: TOKEN_INPUT.padEnd(BODY_LIMIT + 1),
      })
      await speak(
        `body: ten gigabytes announced, as ${type}`,
        `POST /trpc/auth.getToken HTTP/1.1\r\nhost: localhost\r\ncontent-type: ${type}\r\ncontent-length: 10737418240\r\n\r\n{`,
      )
    }
    await speak(
      'body: not UTF-8',
      `POST /trpc/auth.getToken HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${NOT_UTF8.length}\r\n\r\n${NOT_UTF8}`,
    )
    await send('body: of a GET', '/trpc/auth.whoami', { headers: { ...JSON_TYPE, 'content-length': '2' }, body: '{}' })

    const input = encodeURIComponent('{"0":{"sid":"Monday"},"1":{"limit":0}}')
    await send('batch: of queries', `/trpc/rooms.get,rooms.list,auth.whoami,nope?batch=1&input=${input}`)
    await send('batch: of mutations', '/trpc/rooms.create,auth.getToken,rooms.complete?batch=1', {
      method: 'POST',
      headers: JSON_TYPE,
      body: '{"0":{"roomName":"x"},"1":{"roomSid":"x"}}',
    })
    await send('batch: of tokens', '/trpc/auth.getToken,auth.getToken?batch=1', {
      method: 'POST',
      headers: JSON_TYPE,
      body: '{"0":{"userId":"ann","roomSid":"x"},"1":{"userId":"bob","roomSid":"x"}}',
    })
    await send('batch: of one', '/trpc/auth.whoami?batch=1')
    await send('batch: of all kinds', '/trpc/rooms.create,rooms.list?batch=1', {
      method: 'POST',
      headers: JSON_TYPE,
      body: '{}',
    })
    await send('batch: with a gap', '/trpc/auth.whoami,,auth.whoami?batch=1')
    await send('batch: without being one', '/trpc/auth.whoami,auth.whoami')
    await send('batch: that says it is none', '/trpc/auth.whoami?batch=0')
    await send('batch: by the wrong method', '/trpc/auth.getToken?batch=1')
    await send('batch: with an input that is no object', '/trpc/rooms.get?batch=1&input=1')
    await send('batch: with an input that cannot be read', '/trpc/rooms.get?batch=1&input=%7B')
    await send('batch: with a body that is a list', '/trpc/auth.getToken?batch=1', {
      method: 'POST',
      headers: JSON_TYPE,
      body: '[]',
    })
    await send('batch: one too many', batchOf(51))

    const stream = { 'trpc-accept': 'application/jsonl' }
    await send('stream: one call', '/trpc/auth.whoami?batch=1', { headers: stream })
    await send('stream: one call that fails', '/trpc/rooms.get?batch=1', { headers: stream })
    await send('events: of a query', '/trpc/auth.whoami', { headers: { accept: 'text/event-stream' } })

    await send('ids of callers are not taken', '/trpc/rooms.get', {
      headers: { 'request-id': 'x', 'x-request-id': 'y' },
    })
    await query('credentials are looked at where they are not needed', 'auth.whoami', undefined, {
      authorization: 'Bearer nonsense',
    })
    await query('an API key that nobody knows', 'auth.whoami', undefined, { 'x-api-key': 'nonsense' })
    await query('an invitation that nobody knows', 'auth.whoami', undefined, {
      authorization: `Bearer inv_${'x'.repeat(43)}`,
    })

    await speak(
      'connection: closed by the client',
      'GET /trpc/auth.whoami HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n',
    )
    await speak('connection: HTTP/1.0', 'GET /trpc/auth.whoami HTTP/1.0\r\n\r\n')
    await speak('connection: not HTTP', 'nonsense\r\n\r\n')
    await speak('connection: without a host', 'GET /healthz HTTP/1.1\r\n\r\n')
    await speak(
      'connection: headers too large',
      `GET /healthz HTTP/1.1\r\nhost: localhost\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`,
    )
    await speak('connection: an address too long', `GET /${'x'.repeat(20_000)} HTTP/1.1\r\nhost: localhost\r\n\r\n`)
    await speak(
      'connection: two lengths',
      'POST /trpc/rooms.create HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    )
    await speak(
      'connection: continues when asked',
      'POST /trpc/rooms.create HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\nexpect: 200-ok\r\ncontent-length: 0\r\n\r\n',
    )
  },
}

/** What pages of other origins are told. */
export const cors: Scene = {
  world: { env: { CORS_ORIGINS: `${PAGE_ORIGIN},http://localhost:5173` } },
  async play({ send }) {
    const preflight = { 'access-control-request-method': 'POST' }
    for (const origin of [PAGE_ORIGIN, 'http://localhost:5173', STRANGE_ORIGIN, 'null', `${PAGE_ORIGIN}:8443`]) {
      await send(`preflight from ${origin}`, '/trpc/rooms.create', {
        method: 'OPTIONS',
        headers: { origin, ...preflight, 'access-control-request-headers': 'content-type,authorization' },
      })
      await send(`answer to ${origin}`, '/trpc/auth.whoami', { headers: { origin } })
    }
    const allowed = { origin: PAGE_ORIGIN }
    const options = { method: 'OPTIONS', headers: { ...allowed, ...preflight } }
    await send('preflight that names no headers', '/trpc/rooms.create', options)
    await send('preflight for a method that no procedure has', '/trpc/rooms.create', {
      method: 'OPTIONS',
      headers: { ...allowed, 'access-control-request-method': 'DELETE' },
    })
    await send('preflight of an address that is not there', '/nowhere', options)
    await send('preflight of an address that cannot be read', '/%zz', options)
    await send('preflight of health', '/healthz', options)
    await send('preflight without an origin', '/trpc/rooms.create', { method: 'OPTIONS', headers: preflight })
    await send('OPTIONS that is no preflight', '/trpc/rooms.create', { method: 'OPTIONS', headers: allowed })
    await send('answer without an origin', '/trpc/auth.whoami')
    await send('health', '/healthz', { headers: allowed })
    await send('an error of a procedure', '/trpc/rooms.get', { headers: allowed })
    await send('an error of no procedure', '/nowhere', { headers: allowed })
    await send('an address that cannot be read', '/%zz', { headers: allowed })
    await send('an input that cannot be read', '/trpc/rooms.get?input=%ff', { headers: allowed })
    await send('a batch too large', batchOf(51), { headers: allowed })
    await send('a body that cannot be read', '/trpc/auth.getToken', {
      method: 'POST',
      headers: { ...allowed, 'content-type': 'text/plain' },
      body: 'x',
    })
    await send('a body too large', '/trpc/auth.getToken', {
      method: 'POST',
      headers: { ...allowed, ...JSON_TYPE },
      body: ' '.repeat(BODY_LIMIT + 1),
    })
    await send('a stream', '/trpc/auth.whoami?batch=1', { headers: { ...allowed, 'trpc-accept': 'application/jsonl' } })
  },
}
