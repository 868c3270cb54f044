import type { CallOptions, SubscribeOptions } from './call-options.ts'

/** Procedures by router, and the kind of each. */
export type Kinds = Readonly<Record<string, Readonly<Record<string, 'query' | 'mutation' | 'subscription'>>>>

/** How a procedure is reached, whichever it is. */
export interface Transport {
  request(kind: 'query' | 'mutation', path: string, input: unknown, options?: CallOptions): Promise<unknown>
  subscribe(path: string, input: unknown, options?: SubscribeOptions): AsyncIterable<unknown>
}

/** Makes a method of every procedure: `rooms.create(input, options)`. */
export function createMethods(kinds: Kinds, transport: Transport): object {
  return mapValues(kinds, (procedures, router) =>
    mapValues(procedures, (kind, name) => {
      const path = `${router}.${name}`
      return kind === 'subscription'
        ? (input: unknown, options?: SubscribeOptions) => transport.subscribe(path, input, options)
        : (input: unknown, options?: CallOptions) => transport.request(kind, path, input, options)
    }),
  )
}

/** A record with the same keys, and other values. */
export function mapValues<TFrom, TTo>(
  record: Readonly<Record<string, TFrom>>,
  map: (value: TFrom, key: string) => TTo,
) {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value, key)]))
}
