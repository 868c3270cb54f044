import { once } from 'node:events'
import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import { ERROR_CODES } from '@roomkey/shared'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { JSON_TYPE, SID, expectRefusal } from './refusal.ts'
import { createWorld } from './setup.ts'
import type { World } from './setup.ts'

let world: World

beforeAll(async () => {
  world = await createWorld({ way: 'socket', env: { LOG_LEVEL: 'error' } })
})

afterAll(async () => {
  await world[Symbol.asyncDispose]()
})

describe('bodies', () => {
  const url = '/trpc/auth.getToken'

  test('that are not valid UTF-8 are refused', async () => {
    for (const bytes of [[0xff], [0xc3], [0xed, 0xa0, 0x80], [0xf5, 0x80, 0x80, 0x80]]) {
      const body = Buffer.concat([
        Buffer.from('{"userId":"a'),
        Buffer.from(bytes),
        Buffer.from(`","roomSid":"${SID}"}`),
      ])
      expectRefusal(await world.send(url, { method: 'POST', headers: JSON_TYPE, body }), 400, 'INVALID_INPUT')
    }
    for (const bytes of ['%ff', '%c3', '%ed%a0%80']) {
      const answer = await world.send(`/trpc/rooms.get?input=%7B%22sid%22%3A%22a${bytes}%22%7D`)
      expectRefusal(answer, 400, 'INVALID_INPUT')
    }
  })

  test.each([
    'application/json',
    'application/json; charset=utf-8',
    'multipart/form-data; boundary=x',
    'application/octet-stream',
    'application/x-www-form-urlencoded',
    'text/plain',
  ])('of 10 MB are refused as %s', async (contentType) => {
    const body = `{"userId":"${'x'.repeat(10_000_000)}"}`
    const answer = await world.send(url, { method: 'POST', headers: { 'content-type': contentType }, body })
    expect([413, 415]).toContain(answer.status)
    expect(['PAYLOAD_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE']).toContain(answer.error?.data.roomkey.code)
  })

  test.each(['application/json', 'multipart/form-data; boundary=x', 'application/octet-stream', 'text/plain'])(
    'that announce 10 GB as %s are refused unread',
    async (contentType) => {
      const text = await speak(
        `POST ${url} HTTP/1.1\r\nhost: localhost\r\ncontent-type: ${contentType}\r\ncontent-length: 10737418240\r\n\r\n{`,
      )
      expect(text).toMatch(/^HTTP\/1\.1 41[35] /)
      expect(text).toMatch(/"code":"(PAYLOAD_TOO_LARGE|UNSUPPORTED_MEDIA_TYPE)"/)
    },
  )

  test.each(['application/json', 'multipart/form-data; boundary=x', 'application/octet-stream'])(
    'without an announced end are cut off as %s',
    async (contentType) => {
      const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`
      const text = await speak(
        `POST ${url} HTTP/1.1\r\nhost: localhost\r\ncontent-type: ${contentType}\r\ntransfer-encoding: chunked\r\n\r\n`,
        chunk,
      )
      expect(text).toMatch(/^HTTP\/1\.1 41[35] /)
    },
  )

  test('nested 40,000 deep are refused', async () => {
    for (const body of ['['.repeat(40_000) + ']'.repeat(40_000), `${'{"a":'.repeat(40_000)}1${'}'.repeat(40_000)}`]) {
      expectRefusal(await world.send(url, { method: 'POST', headers: JSON_TYPE, body }), 400, 'INVALID_INPUT')
    }
  })

  test('with 15,000 unknown fields get an answer of bounded size', async () => {
    const body = JSON.stringify(Object.fromEntries(Array.from({ length: 15_000 }, (_, i) => [`key${i}`, 1])))
    const answer = await world.send(url, { method: 'POST', headers: JSON_TYPE, body })
    expectRefusal(answer, 400, 'INVALID_INPUT')
    expect(answer.text.length).toBeLessThan(10_000)
  })

  test('of a type that is not JSON, or of none, are refused', async () => {
    const body = JSON.stringify({ userId: 'a', roomSid: SID })
    for (const contentType of [
      'text/plain',
      'application/xml',
      'application/jsonx',
      'a'.repeat(1000),
      'application/x-www-form-urlencoded',
    ]) {
      const answer = await world.send(url, { method: 'POST', headers: { 'content-type': contentType }, body })
      expectRefusal(answer, 415, 'UNSUPPORTED_MEDIA_TYPE')
    }
    expectRefusal(await world.send(url, { method: 'POST' }), 415, 'UNSUPPORTED_MEDIA_TYPE')
  })
})

describe('batches', () => {
  test('of 10,000 calls are refused', async () => {
    const paths = Array.from({ length: 10_000 }, () => 'auth.getToken').join(',')
    for (const url of [`/trpc/a?batch=1&input=${'x'.repeat(100)}`, `/trpc/${paths.slice(0, 60_000)}?batch=1`]) {
      const answer = await world.send(url)
      expect([400, 404, 413, 414, 431]).toContain(answer.status)
    }
    const text = await speak(`POST /trpc/${paths}?batch=1 HTTP/1.1\r\nhost: localhost\r\ncontent-length: 2\r\n\r\n{}`)
    expect(text).toMatch(/^HTTP\/1\.1 (413|414|431) /)
  })

  test('of more than 50 calls are refused, of 50 are answered', async () => {
    const batch = async (size: number) => {
      const paths = Array.from({ length: size }, () => 'auth.getToken').join(',')
      const input = { userId: 'a', roomSid: SID }
      const body = JSON.stringify(Object.fromEntries(Array.from({ length: size }, (_, i) => [i, input])))
      return world.send(`/trpc/${paths}?batch=1`, { method: 'POST', headers: JSON_TYPE, body })
    }
    const good = await batch(50)
    expect(good.status).toBe(200)
    expect(JSON.parse(good.text)).toHaveLength(50)
    expectRefusal(await batch(51), 413, 'PAYLOAD_TOO_LARGE')
  })

  test('with a body that is no object, or hits the prototype, are refused or answered call by call', async () => {
    for (const body of [
      '[]',
      '1',
      '"x"',
      'null',
      '{"__proto__":{"0":{}}}',
      '{"0":{"__proto__":{"userId":"x"}}}',
      '{"length":1e9}',
    ]) {
      const answer = await world.send('/trpc/auth.getToken,rooms.create?batch=1', {
        method: 'POST',
        headers: JSON_TYPE,
        body,
      })
      expect(answer.status).toBeLessThan(500)
    }
  })
})

describe('addresses', () => {
  test.each([
    '/trpc/nope',
    '/trpc/rooms',
    '/trpc/rooms.',
    '/trpc/rooms.get.x',
    '/trpc/__proto__',
    '/trpc/constructor',
    '/trpc/rooms.constructor',
    '/trpc/rooms.__proto__.toString',
    '/trpc/',
    '/trpc',
    '/nowhere',
    '/trpc/a/b',
  ])('%s is not there, and says so', async (url) => {
    expectRefusal(await world.send(url), 404, 'PROCEDURE_NOT_FOUND')
  })

  test('that cannot be decoded are refused', async () => {
    for (const url of [
      '/%',
      '/%zz',
      '/trpc/%ff',
      '/trpc/rooms.get?input=%ff',
      '/trpc/rooms.get?input=%',
      '/trpc/rooms.get?input=%7B',
    ]) {
      const answer = await world.send(url)
      expect(answer.status, url).toBeGreaterThanOrEqual(400)
      expect(answer.status, url).toBeLessThan(500)
      expect(ERROR_CODES, url).toContain(answer.error?.data.roomkey.code)
    }
  })

  test('that are far too long are refused', async () => {
    const text = await speak(`GET /${'x'.repeat(40_000)} HTTP/1.1\r\nhost: localhost\r\n\r\n`)
    expect(text).toMatch(/^HTTP\/1\.1 4\d\d /)
  })
})

test('after all that, the server lives', async () => {
  expect((await world.query('rooms.list')).status).toBe(200)
  expect((await world.send('/readyz')).status).toBe(200)
})

/** Says something to the server byte by byte, and goes on saying `more` until it answers; returns the answer. */
async function speak(text: string, more?: string): Promise<string> {
  const { port } = world.app.server.address() as AddressInfo
  const socket = connect(port, '127.0.0.1')
  const chunks: Buffer[] = []
  socket.on('error', () => {})
  await once(socket, 'connect')
  const answered = new Promise<void>((resolve) => {
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      if (Buffer.concat(chunks).includes('\r\n\r\n')) resolve()
    })
    socket.on('close', () => resolve())
  })
  socket.write(text)
  const pour = (): void => {
    if (chunks.length === 0 && more !== undefined && socket.writable) socket.write(more, pour)
  }
  pour()
  await answered
  socket.destroy()
  return Buffer.concat(chunks).toString()
}
