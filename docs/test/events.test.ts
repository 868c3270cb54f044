import { readFile } from 'node:fs/promises'
import { RoomEventSchema } from '@roomkey/shared'
import { expect, test } from 'vitest'

test('docs/events.md names every event with its fields', async () => {
  const text = await readFile(new URL('../events.md', import.meta.url), 'utf8')
  const [table = ''] = text.slice(text.indexOf('| type | fields |')).split('\n\n')
  const rows = table.split('\n').flatMap((line) => {
    const [, type, fields = ''] = /^\| `([a-z-]+)` \| (.*?) \|/.exec(line) ?? []
    return type === undefined ? [] : [[type, [...fields.matchAll(/`(\w+)`/g)].map(([, field]) => field)]]
  })
  const common = new Set(['type', 'id', 'roomSid', 'roomName', 'at', 'sequenceNumber', 'inferred'])
  expect(rows).toEqual(
    RoomEventSchema.options.map(({ shape }) => [
      shape.type.value,
      Object.keys(shape).filter((field) => !common.has(field)),
    ]),
  )
})
