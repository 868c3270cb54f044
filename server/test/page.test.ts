import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createWorld } from './setup.ts'

const SCRIPT = `console.log(${JSON.stringify('x'.repeat(5000))})`
let parent: string
let directory: string

beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'roomkey-page-'))
  directory = join(parent, 'dist')
  await mkdir(join(directory, 'assets'), { recursive: true })
  await writeFile(join(parent, 'secret.txt'), 'outside')
  await writeFile(join(directory, '.hidden'), 'hidden')
  await writeFile(join(directory, 'index.html'), '<!doctype html><title>Roomkey</title>')
  await writeFile(join(directory, 'favicon.svg'), '<svg/>')
  const script = join(directory, 'assets', 'index-1a2b3c.js')
  await writeFile(script, SCRIPT)
  await writeFile(`${script}.br`, brotliCompressSync(SCRIPT))
  await writeFile(`${script}.gz`, gzipSync(SCRIPT))
})

afterAll(async () => {
  await rm(parent, { recursive: true })
})

const open = () => createWorld({ way: 'socket', overrides: { pageDirectory: directory } })

describe('the page', () => {
  test('is served at / and at links to rooms, and is looked at anew each time', async () => {
    await using world = await open()
    for (const url of ['/', '/room/Monday', '/room/RM123?x=1', '/room/a%2Fb']) {
      const answer = await world.send(url)
      expect(answer.status).toBe(200)
      expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8')
      expect(answer.headers.get('cache-control')).toBe('no-cache')
      expect(answer.text).toContain('<title>Roomkey</title>')
    }
  })

  test('has files that are good for ever where their names change with them', async () => {
    await using world = await open()
    const asset = await world.send('/assets/index-1a2b3c.js')
    expect(asset.text).toBe(SCRIPT)
    expect(asset.headers.get('content-type')).toBe('application/javascript; charset=utf-8')
    expect(asset.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
    expect((await world.send('/favicon.svg')).headers.get('cache-control')).toBe('no-cache')
  })

  test('is not sent again to a browser that has it', async () => {
    await using world = await open()
    const { headers } = await world.app.inject('/')
    const second = await world.app.inject({ url: '/', headers: { 'if-none-match': String(headers['etag']) } })
    expect(second.statusCode).toBe(304)
    expect(second.body).toBe('')
  })

  test('is compressed as the browser likes it', async () => {
    await using world = await createWorld({ overrides: { pageDirectory: directory } })
    const fetchAs = async (accept: string) => {
      const { headers, rawPayload } = await world.app.inject({
        url: '/assets/index-1a2b3c.js',
        headers: { 'accept-encoding': accept },
      })
      expect(headers['vary']).toMatch(/Origin.*accept-encoding/i)
      return { encoding: headers['content-encoding'], body: rawPayload }
    }
    const brotli = await fetchAs('gzip, deflate, br')
    expect(brotli.encoding).toBe('br')
    expect(brotliDecompressSync(brotli.body).toString()).toBe(SCRIPT)
    const gzip = await fetchAs('gzip, br;q=0')
    expect(gzip.encoding).toBe('gzip')
    expect(gunzipSync(gzip.body).toString()).toBe(SCRIPT)
    expect((await fetchAs('identity')).body.toString()).toBe(SCRIPT)
    expect((await fetchAs('')).encoding).toBeUndefined()
  })

  test.each([
    '/../secret.txt',
    '/..%2fsecret.txt',
    '/%2e%2e/secret.txt',
    '/assets/../../secret.txt',
    '/assets/..%5c..%5csecret.txt',
    '//etc/passwd',
    '/.hidden',
    '/assets',
    '/assets/',
    '/assets/index.js',
    '/index-1a2b3c.js',
    '/__proto__',
  ])('has nothing at %s', async (url) => {
    await using world = await createWorld({ overrides: { pageDirectory: directory } })
    const { statusCode, body } = await world.app.inject({ url })
    expect(statusCode).toBe(404)
    expect(body).toContain('PROCEDURE_NOT_FOUND')
    expect(body).not.toContain('outside')
  })

  test('lets what is not there say where to look, of REST too', async () => {
    await using world = await createWorld({ overrides: { pageDirectory: directory } })
    const rest = JSON.parse((await world.send('/v1/nothing')).text)
    expect(rest.detail).toBe('There is nothing at GET /v1/nothing; /openapi.json lists what there is')
    expect((await world.send('/nothing')).text).toContain('procedures are under /trpc, as in /trpc/rooms.list')
  })

  test('tells a person with a wrong link so, and a program what it is told elsewhere', async () => {
    await using world = await createWorld({ overrides: { pageDirectory: directory } })
    const visit = (url: string) => world.app.inject({ url, headers: { accept: 'text/html,*/*;q=0.8' } })
    for (const url of ['/rooms/Monday', '/room', '/v2', '/trpcs']) {
      const { statusCode, body } = await visit(url)
      expect([url, statusCode, body]).toEqual([url, 404, expect.stringContaining('<title>Roomkey</title>')])
    }
    for (const url of ['/trpc', '/trpc/rooms.lst', '/v1/rom', '/assets/gone.js', '/.hidden']) {
      expect([url, (await visit(url)).body]).toEqual([url, expect.stringContaining('PROCEDURE_NOT_FOUND')])
    }
    expect((await visit('/favicon.svg')).body).toBe('<svg/>')
  })

  test('comes with headers that keep other sites and other scripts out', async () => {
    await using world = await open()
    const { headers } = await world.send('/')
    expect(headers.get('content-security-policy')).toMatch(/script-src 'self'/)
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('content-security-policy')).toMatch(/frame-ancestors '(self|none)'/)
  })

  test('that was not built says how to', async () => {
    await using world = await createWorld({ overrides: { pageDirectory: join(parent, 'nowhere') } })
    const { status, text } = await world.send('/')
    expect(status).toBe(200)
    expect(text).toContain('npm start')
    expect((await world.send('/room/x')).status).toBe(404)
  })

  test('can be left out', async () => {
    await using world = await createWorld({ overrides: { pageDirectory: null } })
    expect((await world.send('/')).status).toBe(404)
  })
})
