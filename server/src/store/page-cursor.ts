import { IdentitySchema, InstantSchema } from '@roomkey/shared'
import { sql, type SelectQueryBuilder, type SqlBool } from 'kysely'
import { z } from 'zod'
import { invalidField } from '../core/video-error.ts'
import type { Tables } from '../database/tables.ts'

/** A page of a list, and where the next one starts; `null` after the last. */
export type Page<TItem> = { items: TItem[]; nextCursor: string | null }

export type PageRequest = { limit: number; cursor: string | undefined }

/** Where in a list that is newest first a page ended: the instant and key of its last item. No key is longer than a name. */
const PageCursorSchema = z.tuple([InstantSchema, IdentitySchema])

/**
 * One page of a query's rows, newest first. `instant` names the column of their instants, `key` that which tells apart
 * what came at the same.
 * @throws VideoError `INVALID_INPUT` when the cursor is not one of ours.
 */
export async function readPage<
  TTable extends keyof Tables,
  TColumn extends string,
  TRow extends Record<TColumn, string>,
>(
  query: SelectQueryBuilder<Tables, TTable, TRow>,
  { instant, key }: { instant: TColumn; key: TColumn },
  { limit, cursor }: PageRequest,
): Promise<Page<TRow>> {
  const place = sql`(${sql.ref(instant)}, ${sql.ref(key)})`
  const after = cursor === undefined ? undefined : parsePageCursor(cursor)
  const rows = await query
    .$if(after !== undefined, (all) => all.where(sql<SqlBool>`${place} < (${after?.[0]}, ${after?.[1]})`))
    .orderBy(sql.ref(instant), 'desc')
    .orderBy(sql.ref(key), 'desc')
    .limit(limit + 1)
    .execute()
  const items = rows.slice(0, limit) as TRow[]
  const last = rows.length > limit ? items.at(-1) : undefined
  return { items, nextCursor: last === undefined ? null : formatPageCursor([last[instant], last[key]]) }
}

// It needs no signature: it can only say where in the caller's own list to go on.
function formatPageCursor(place: [instant: string, key: string]): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url')
}

function parsePageCursor(cursor: string): [instant: string, key: string] {
  try {
    return PageCursorSchema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')))
  } catch (cause) {
    throw invalidField('cursor', 'not a cursor of this list: pass nextCursor as it came', cause)
  }
}
