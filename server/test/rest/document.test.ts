import { readFile } from 'node:fs/promises'
import * as shared from '@roomkey/shared'
import { COMMON_ERRORS, ERROR_CODES, contract, proceduresOf, type AnyProcedure } from '@roomkey/shared'
import { Validator } from '@seriousme/openapi-schema-validator'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createWorld, type World } from '../setup.ts'

// oxlint-disable-next-line typescript/no-explicit-any -- read as any client would
let document: any
let world: World
beforeAll(async () => {
  world = await createWorld()
  document = JSON.parse((await world.send('/openapi.json')).text)
})
afterAll(() => world[Symbol.asyncDispose]())

const operationOf = ({ http }: AnyProcedure) => document.paths[`/v1${http.path}`][http.method.toLowerCase()]

describe('the OpenAPI document', () => {
  test('is valid', async () => {
    const validator = new Validator()
    expect(await validator.validate(document)).toEqual({ valid: true })
    expect(validator.version).toBe('3.1')
  })

  test('is the one that is checked in', async () => {
    const file = await readFile(new URL('../../../docs/openapi.json', import.meta.url), 'utf8')
    expect(document).toEqual(JSON.parse(file))
  })

  test('has every procedure, once', () => {
    const operations = Object.values<object>(document.paths).flatMap((path) =>
      Object.values<{ operationId: string }>(path as never),
    )
    expect(operations.map(({ operationId }) => operationId).toSorted()).toEqual(
      proceduresOf(contract)
        .map(([name]) => name)
        .toSorted(),
    )
  })

  test.each(proceduresOf(contract).map(([name, procedure]) => ({ name, procedure })))(
    'has all of $name: its fields, its errors, its words',
    ({ procedure }) => {
      const operation = operationOf(procedure)
      expect(operation).toMatchObject({
        summary: procedure.summary,
        ...(procedure.description && { description: procedure.description }),
      })
      if (procedure.input !== null) {
        const input = z.toJSONSchema(procedure.input, { io: 'input', unrepresentable: 'any' })
        const fields = Object.keys(input.properties ?? {})
        const parameters: string[] = (operation.parameters ?? []).flatMap(({ name }: { name?: string }) => name ?? [])
        const body = resolve(operation.requestBody?.content['application/json'].schema ?? {})
        expect([...parameters, ...Object.keys(body.properties ?? {})].toSorted()).toEqual(fields.toSorted())
      }
      const described = JSON.stringify(operation.responses)
      for (const code of procedure.errors) expect(described).toContain(`\`${code}\``)
      const output = z.toJSONSchema(procedure.output, { io: 'input', unrepresentable: 'any' })
      const success = operation.responses[procedure.http.status ?? 200]
      const [media] = Object.values<{ schema: { $ref: string } }>(success.content)
      const renamed = Object.keys(output.properties ?? {}).map((field) => (field === 'nextCursor' ? 'next' : field))
      expect(Object.keys(resolve(media?.schema ?? {}).properties ?? {}).toSorted()).toEqual(renamed.toSorted())
    },
  )

  test('says of every code where it comes from, and nothing of codes that REST does not have', () => {
    const { enum: codes } = document.components.schemas.Problem.properties.code
    expect(codes).toEqual([...ERROR_CODES])
    const told = JSON.stringify(document.paths)
    const declared = new Set<string>([...COMMON_ERRORS, ...proceduresOf(contract).flatMap(([, { errors }]) => errors)])
    declared.delete('METHOD_NOT_SUPPORTED')
    for (const code of declared) expect(told).toContain(`\`${code}\``)
    expect(told).toContain('`IDEMPOTENCY_KEY_REUSED`')
    expect(told).not.toContain('`METHOD_NOT_SUPPORTED`')
  })

  test('has no reference that leads nowhere, and no component that nothing refers to', () => {
    const text = JSON.stringify(document)
    const references = new Set(
      [...text.matchAll(/"#\/components\/(\w+)\/(\w+)"/g)].map(([, kind, name]) => `${kind}/${name}`),
    )
    for (const reference of references) {
      const [kind = '', name = ''] = reference.split('/')
      expect(document.components[kind]?.[name], reference).toBeDefined()
    }
    for (const kind of ['schemas', 'parameters', 'headers']) {
      for (const name of Object.keys(document.components[kind])) {
        if (name === 'LastEventId') continue
        expect(references).toContain(`${kind}/${name}`)
      }
    }
  })

  test('says in words what JSON Schema cannot', () => {
    const words = JSON.stringify(document.components.schemas.RoomName)
    expect(words).toContain('outside ASCII count as two')
    expect(document.components.schemas.GetTokenInput.anyOf).toEqual([
      { required: ['roomSid'] },
      { required: ['invite'] },
    ])
    expect(shared.RoomNameSchema.safeParse('ü'.repeat(65)).success).toBe(false)
  })

  test('names the path that a proxy puts the server below', async () => {
    await using below = await createWorld({ env: { PUBLIC_URL: 'https://example.com/video' } })
    for (const path of ['/openapi.json', '/video/openapi.json']) {
      expect(JSON.parse((await below.send(path)).text).servers).toEqual([{ url: '/video' }])
    }
    expect((await below.send('/video/docs')).headers.get('location')).toBe('docs/')
  })

  test('is sent once to whoever keeps it', async () => {
    const { headers } = await world.send('/openapi.json')
    const again = await world.send('/openapi.json', { headers: { 'if-none-match': headers.get('etag') ?? '' } })
    expect([again.status, again.text]).toEqual([304, ''])
  })
})

// oxlint-disable-next-line typescript/no-explicit-any -- as above
function resolve(schema: any): any {
  return schema.$ref === undefined ? schema : document.components.schemas[schema.$ref.split('/').at(-1)]
}
