import type { inferRouterInputs, inferRouterOutputs } from '@trpc/server'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import type { CreateRoomInput, ListRoomsInput, Room, RoomInput } from '../room.ts'
import type { Whoami } from '../whoami.ts'
import type { AuditContract } from './audit.ts'
import { contract, type ProcedureName, type RoomkeyContract } from './contract.ts'
import {
  mutation,
  proceduresOf,
  query,
  subscription,
  type AnyProcedure,
  type InputOf,
  type NameOf,
  type OutputOf,
  type ParsedInputOf,
  type ProcedureAt,
  type ResultOf,
} from './define.ts'
import type { AppRouter, RecordOf } from './trpc.ts'

const procedures = proceduresOf(contract)

describe('the contract', () => {
  test('names every procedure in full', () => {
    expect(procedures.map(([name]) => name)).toEqual([
      'auth.getToken',
      'auth.whoami',
      'rooms.create',
      'rooms.list',
      'rooms.get',
      'rooms.complete',
      'rooms.events',
      'rooms.history',
      'rooms.attendance',
      'rooms.presence',
      'participants.list',
      'participants.get',
      'participants.remove',
      'participants.anonymize',
      'invites.create',
      'invites.list',
      'invites.revoke',
      'bans.create',
      'bans.list',
      'bans.lift',
      'audit.list',
      'events.subscribe',
      'events.follow',
      'events.deadLetters',
      'events.redeliver',
      'recordingRules.get',
      'recordingRules.update',
    ])
  })

  test('gives each an address of its own, which a query reads and a mutation does not', () => {
    const addresses = procedures.map(([, { http }]) => `${http.method} ${http.path}`)
    expect(new Set(addresses).size).toBe(addresses.length)
    for (const [name, { kind, http }] of procedures)
      expect([name, http.method === 'GET']).toEqual([name, kind !== 'mutation'])
  })

  test('says what each does in one line, and lists a code once', () => {
    for (const [name, { summary, errors }] of procedures) {
      expect(summary, name).toMatch(/^[A-Z][^\n.]+$/)
      expect(new Set(errors).size, name).toBe(errors.length)
    }
  })

  test.each(['rooms.create', 'rooms.list', 'audit.list'])('%s takes no input for an empty one', (name) => {
    const procedure = new Map<string, AnyProcedure>(procedures).get(name)
    expect(procedure?.input?.safeParse(undefined).success).toBe(true)
  })
})

describe('types follow from it', () => {
  type Create = ProcedureAt<RoomkeyContract, 'rooms.create'>

  test('what is sent, parsed and given back', () => {
    expectTypeOf<InputOf<Create>>().toEqualTypeOf<CreateRoomInput | undefined>()
    expectTypeOf<OutputOf<Create>>().toEqualTypeOf<Room>()
    expectTypeOf<ResultOf<Create>>().toEqualTypeOf<Room>()
    expectTypeOf<ParsedInputOf<RoomkeyContract['rooms']['list']>['limit']>().toEqualTypeOf<number>()
    expectTypeOf<InputOf<RoomkeyContract['rooms']['list']>>().toEqualTypeOf<ListRoomsInput | undefined>()
    expectTypeOf<ParsedInputOf<RoomkeyContract['auth']['whoami']>>().toEqualTypeOf<undefined>()
    expectTypeOf<'participants.remove'>().toExtend<ProcedureName>()
    expectTypeOf<'rooms.nope'>().not.toExtend<ProcedureName>()
  })

  test('tRPC’s router', () => {
    expectTypeOf<inferRouterOutputs<AppRouter>['auth']['whoami']>().toEqualTypeOf<Whoami>()
    expectTypeOf<inferRouterInputs<AppRouter>['rooms']['get']>().toEqualTypeOf<RoomInput>()
    expectTypeOf<AppRouter['_def']['record']['rooms']['get']['_def']['type']>().toEqualTypeOf<'query'>()
    expectTypeOf<AppRouter['_def']['record']['rooms']['complete']['_def']['type']>().toEqualTypeOf<'mutation'>()
  })

  test('handlers, of which none may be missing, left over, or wrong', () => {
    type HandlersOf<TRouter> = {
      [TName in keyof TRouter]: TRouter[TName] extends AnyProcedure
        ? (input: ParsedInputOf<TRouter[TName]>) => Promise<ResultOf<TRouter[TName]>>
        : never
    }
    type Handlers = HandlersOf<AuditContract>
    const none = { entries: [], nextCursor: null }
    expectTypeOf({ list: async ({ limit }: { limit: number }) => (limit > 0 ? none : none) }).toExtend<Handlers>()
    // @ts-expect-error `list` is missing
    void ({} satisfies Handlers)
    // @ts-expect-error there is no `get`
    void ({ list: async () => none, get: async () => none } satisfies Handlers)
    // @ts-expect-error `nextCursor` is missing
    void ({ list: async () => ({ entries: [] }) } satisfies Handlers)
  })
})

describe('a declaration', () => {
  const InputSchema = z.strictObject({ sid: z.string(), limit: z.int().default(5) })
  interface Input extends z.input<typeof InputSchema> {}
  const OutputSchema = z.object({ id: z.string() })
  interface Output extends z.output<typeof OutputSchema> {}
  const rest = { output: OutputSchema, summary: 'Tries', errors: [] } as const
  const http = { method: 'GET', path: '/x/{sid}' } as const

  test('keeps what it was told, and its kind', () => {
    const entry = query<Input, Output>()({ ...rest, input: InputSchema, http })
    expect(entry).toEqual({ ...rest, input: InputSchema, http, kind: 'query' })
    expectTypeOf<InputOf<typeof entry>>().toEqualTypeOf<Input>()
    expectTypeOf<ParsedInputOf<typeof entry>>().toEqualTypeOf<{ sid: string; limit: number }>()
  })

  test('has the types of its schemas', () => {
    // @ts-expect-error the schema asks for a text
    query<{ sid: number }, Output>()({ ...rest, input: InputSchema, http })
    // @ts-expect-error the schema knows a field more
    query<{ sid: string }, Output>()({ ...rest, input: InputSchema, http })
    // @ts-expect-error the schema is of another type
    query<Input, { id: number }>()({ ...rest, input: InputSchema, http })
    // @ts-expect-error it takes no input, so there is no schema for it
    query<undefined, Output>()({ ...rest, input: InputSchema, http: { method: 'GET', path: '/x' } })
  })

  test('has an address whose fields are the input’s', () => {
    // @ts-expect-error there is no field `id`
    query<Input, Output>()({ ...rest, input: InputSchema, http: { method: 'GET', path: '/x/{id}' } })
    // @ts-expect-error nor is there an input
    query<undefined, Output>()({ ...rest, input: null, http })
  })

  test('names codes and fields that there are', () => {
    // @ts-expect-error there is no such code
    query<Input, Output>()({ ...rest, input: InputSchema, http, errors: ['NOPE'] })
    // @ts-expect-error there is no field `invite`
    mutation<Input, Output>()({ ...rest, input: InputSchema, http, idempotent: { unless: 'invite' } })
    // @ts-expect-error a limit is a number
    query<Input, Output>()({ ...rest, input: InputSchema, http, example: { sid: 'x', limit: 'y' } })
  })

  test('of a subscription has events that can be told apart, and gone on after', () => {
    const WatchSchema = z.strictObject({ lastEventId: z.string().optional() })
    const watch = subscription<z.input<typeof WatchSchema>, Output>()({
      ...rest,
      input: WatchSchema,
      http: { method: 'GET', path: '/x' },
    })
    const trial = { ticks: { watch } }
    expectTypeOf<NameOf<typeof trial>>().toEqualTypeOf<'ticks.watch'>()
    expectTypeOf<ResultOf<typeof watch>>().toEqualTypeOf<AsyncIterable<Output>>()
    expectTypeOf<RecordOf<typeof trial>['ticks']['watch']['_def']['type']>().toEqualTypeOf<'subscription'>()
    // @ts-expect-error an event has an `id`
    subscription<{ lastEventId?: string }, { count: number }>()
    // @ts-expect-error the input takes `lastEventId`
    subscription<{ lastEventId: number }, Output>()
  })
})
