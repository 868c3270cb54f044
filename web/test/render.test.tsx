// @vitest-environment happy-dom
import { act } from 'react'
import { expect, test } from 'vitest'
import { queryClient, roomkey } from '../src/api.ts'
import type { FakeServer } from './fake-server.ts'
import { render } from './render.tsx'

test.each<[string, (server: FakeServer) => void]>([
  ['is about to be asked for', () => undefined],
  ['would be asked for again since the server cannot be reached', (server) => (server.isUnreachable = true)],
  ['is not answered', (server) => (server.handlers['auth.whoami'] = () => new Promise<never>(() => undefined))],
])('what %s when a view goes is not asked of the next one’s server', async (_what, prepare) => {
  let asked: Promise<unknown> | undefined
  {
    await using first = await render(<p>Somebody asks.</p>)
    prepare(first.server)
    const queryFn = () => (asked = roomkey.auth.whoami())
    await act(async () => void queryClient.fetchQuery({ queryKey: ['asked'], queryFn }).catch(() => undefined))
  }
  await using second = await render(<p>Nobody asks.</p>)
  await asked?.catch(() => undefined)
  expect(second.server.requests).toEqual([])
})
