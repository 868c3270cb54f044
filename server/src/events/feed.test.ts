import type { RoomEvent } from '@roomkey/shared'
import { expect, test } from 'vitest'
import type { Change } from '../store/changes.ts'
import type { Store } from '../store/store.ts'
import { createEventFeed } from './feed.ts'

const ROOM = `RM${'0'.repeat(32)}`
const named = (identity: string) => [{ id: '1', roomSid: ROOM, identity } as unknown as RoomEvent]

test('what was being read while a name was taken out of it is read again', async () => {
  const reads: ((events: RoomEvent[]) => void)[] = []
  let tell: (change: Change) => void = () => undefined
  const records = {
    changes: { listen: (listener: typeof tell) => void (tell = listener) },
    eventLog: {
      findLastId: async () => 0,
      readAfter: () => new Promise<RoomEvent[]>((resolve) => reads.push(resolve)),
    },
  }
  const store = { location: { kind: 'sqlite' }, open: async () => records } as unknown as Store
  const feed = createEventFeed(store, { warn: expect.unreachable } as never)
  await feed.begin()
  const told: string[] = []
  feed.listen(ROOM, { onEvents: (events) => void told.push(...events.map(({ json }) => json)) })

  const caughtUp = feed.catchUp()
  await expect.poll(() => reads).toHaveLength(1)
  tell({ kind: 'anonymized' })
  reads[0]?.(named('Ada'))
  await expect.poll(() => reads).toHaveLength(2)
  reads[1]?.(named('anonymous:1'))
  await caughtUp
  await expect.poll(() => told).toHaveLength(1)
  expect(told.join()).toContain('anonymous:1')
  expect(JSON.stringify(feed.since(0))).not.toContain('Ada')
})
