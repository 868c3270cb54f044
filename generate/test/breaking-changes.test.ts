import { readFileSync } from 'node:fs'
import * as shared from '@roomkey/shared'
import { createOpenApi, type OpenApiDocument } from '@roomkey/shared/openapi'
import { expect, test } from 'vitest'
import { findBreakingChanges } from '../breaking-changes.ts'

const root = new URL('../../', import.meta.url)
const read = (path: string) => readFileSync(new URL(path, root), 'utf8')

test('what breaks callers of the document that was released is told in the changelog', () => {
  const released = JSON.parse(read('docs/released/openapi.json')) as OpenApiDocument
  const now = createOpenApi(shared.contract, { version: '0', schemas: shared })
  const [, unreleased = ''] = read('CHANGELOG.md').split(/^## /m)
  const untold = findBreakingChanges(released, now).filter(
    ({ operation }) => !new RegExp(`\\bbreak\\w*\\b.*\`${operation.replace('.', '\\.')}\``, 'is').test(unreleased),
  )
  expect(
    untold.map(({ operation, what }) => `${operation}: ${what}`),
    'name the operations as breaking in CHANGELOG.md, under Unreleased; a release copies docs/openapi.json to docs/released',
  ).toEqual([])
})

const before = createOpenApi(shared.contract, { version: '0', schemas: shared })

// oxlint-disable-next-line typescript/no-explicit-any -- a document as JSON, to be spoilt
type Json = any

const CHANGES: [what: string, spoil: (document: Json) => void, told: string[]][] = [
  ['an operation that is gone', ({ paths }) => delete paths['/v1/audit'], ['audit.list: it is gone']],
  [
    'a field that is gone',
    ({ components }) => delete components.schemas.Whoami.properties.may,
    ['auth.whoami: response.may is gone'],
  ],
  [
    'a field that may be left out',
    ({ components }) => components.schemas.Whoami.required.shift(),
    ['auth.whoami: response.kind may be left out'],
  ],
  [
    'another type',
    ({ components }) => (components.schemas.Whoami.properties.may.type = 'string'),
    ['auth.whoami: response.may is of another type'],
  ],
  [
    'one more answer',
    ({ components }) => components.schemas.Whoami.properties.kind.enum.push('robot'),
    ['auth.whoami: response.kind may be robot'],
  ],
  [
    'a new field that is needed',
    ({ components }) => (components.schemas.CreateRoomInput.required = ['access']),
    ['rooms.create: body.access is required'],
  ],
  [
    'a tighter bound',
    ({ components }) => (components.schemas.CreateRoomInput.properties.maxParticipants.maximum = 5),
    ['rooms.create: body.maxParticipants may not be all that it might'],
  ],
  [
    'a choice less',
    ({ components }) => components.schemas.CreateRoomInput.properties.videoCodecs.items.enum.pop(),
    ['rooms.create: body.videoCodecs[] may not be H264'],
  ],
  [
    'a parameter that is gone',
    ({ paths }) => paths['/v1/rooms'].get.parameters.shift(),
    ['rooms.list: status is gone'],
  ],
  [
    'another status',
    ({ paths }) => delete paths['/v1/rooms'].post.responses['201'],
    ['rooms.create: it does not answer with 201'],
  ],
]

test.each(CHANGES)('%s breaks', (_what, spoil, told) => {
  const after = structuredClone(before)
  spoil(after)
  expect(findBreakingChanges(before, after).map(({ operation, what }) => `${operation}: ${what}`)).toEqual(told)
})

test('what callers need not know breaks nothing', () => {
  const after: Json = structuredClone(before)
  after.paths['/v1/new'] = { get: { operationId: 'new.list', responses: { 200: {} } } }
  after.paths['/v1/rooms'].get.parameters.push({ name: 'colour', in: 'query', schema: { type: 'string' } })
  after.components.schemas.Whoami.properties.colour = { type: 'string' }
  after.components.schemas.CreateRoomInput.properties.maxParticipants.maximum = 500
  after.components.schemas.CreateRoomInput.properties.roomName.description = 'Said better.'
  expect(findBreakingChanges(before, after)).toEqual([])
})
