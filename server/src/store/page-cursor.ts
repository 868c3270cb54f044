import { IdentitySchema, InstantSchema } from '@roomkey/shared'
import { sql, type RawBuilder, type SelectQueryBuilder, type SqlBool } from 'kysely'
import { z } from 'zod'
import { invalidField } from '../core/video-error.ts'
import type { Tables } from '../database/tables.ts'

/** A page of a list, and where the next one starts; `null` after the last. */
export type Page<TItem> = { items: TItem[]; nextCursor: string | null }

export type PageRequest = { limit: number; cursor: string | undefined }

/** By which columns a list is ordered. A row's place, its values of them, is what a cursor holds. */
export type Order<TRow, TPlace extends readonly unknown[]> = {
  columns: readonly RawBuilder<unknown>[]
  direction: 'asc' | 'desc'
  placeSchema: z.ZodType<TPlace>
  placeOf: (row: TRow) => TPlace
}

/** By the column `instant`; `key` tells apart rows of the same instant. No key is longer than a name. */
export function newestFirst<TColumn extends string>(
  instant: TColumn,
  key: TColumn,
): Order<Record<TColumn, string>, [instant: string, key: string]> {
  return {
    columns: [sql.ref(instant), sql.ref(key)],
    direction: 'desc',
    placeSchema: z.tuple([InstantSchema, IdentitySchema]),
    placeOf: (row) => [row[instant], row[key]],
  }
}

/**
 * One page of a query's rows.
 * @throws VideoError `INVALID_INPUT` when the cursor is not one of ours.
 */
export async function readPage<TTable extends keyof Tables, TRow, TPlace extends readonly unknown[]>(
  query: SelectQueryBuilder<Tables, TTable, TRow>,
  { columns, direction, placeSchema, placeOf }: Order<TRow, TPlace>,
  { limit, cursor }: PageRequest,
): Promise<Page<TRow>> {
  let page = query.limit(limit + 1)
  for (const column of columns) page = page.orderBy(column, direction)
  if (cursor !== undefined) {
    const follows = sql.raw(direction === 'asc' ? '>' : '<')
    page = page.where(sql<SqlBool>`(${sql.join(columns)}) ${follows} (${sql.join(parsePlace(cursor, placeSchema))})`)
  }
  const rows = (await page.execute()) as TRow[]
  const items = rows.slice(0, limit)
  const last = rows.length > limit ? items.at(-1) : undefined
  return { items, nextCursor: last === undefined ? null : formatPlace(placeOf(last)) }
}

// It needs no signature: it can only say where in a list that the caller may read to go on.
function formatPlace(place: readonly unknown[]): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url')
}

function parsePlace<TPlace>(cursor: string, schema: z.ZodType<TPlace>): TPlace {
  try {
    return schema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')))
  } catch (cause) {
    throw invalidField('cursor', 'not a cursor of this list: pass nextCursor as it came', cause)
  }
}
