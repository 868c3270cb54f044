import { expect, test } from 'vitest'
import { run, type Contender, type Running } from '../contender.ts'
import { raw } from './raw.ts'
import { roomkey } from './roomkey.ts'

test('the floor tells pages and caches what Roomkey tells them', async () => {
  await using floor = await run(raw)
  await using server = await run(roomkey)
  for (const origin of ['http://localhost:5173', undefined]) {
    expect(await headersOf(floor, raw, origin)).toEqual(await headersOf(server, roomkey, origin))
  }
})

/** The headers of a response, but those that say what it holds, and those of tRPC. */
async function headersOf(server: Running, { mint }: Contender, origin?: string): Promise<Record<string, string>> {
  const response = await fetch(server.origin + mint.path, {
    method: mint.method,
    headers: { ...mint.headers, ...(origin !== undefined && { origin }) },
    ...(mint.body !== undefined && { body: mint.body }),
  })
  expect(response.status).toBe(200)
  const own = Object.fromEntries(response.headers)
  const vary = own['vary']?.replace(', trpc-accept, accept', '') ?? ''
  return { ...own, vary, date: '', 'content-length': '', 'content-type': '' }
}
