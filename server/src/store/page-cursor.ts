import { sql, type SelectQueryBuilder, type SqlBool } from 'kysely'
import { invalidField } from '../core/video-error.ts'
import type { Tables } from '../database/tables.ts'

/** A page of a list, and where the next one starts; `null` after the last. */
export type Page<TItem> = { items: TItem[]; nextCursor: string | null }

export type PageRequest = { limit: number; cursor: string | undefined }

/** Where in a list that is newest first a page ended: the instant and id of its last item. */
type PageCursor = { at: string; id: string }

/**
 * One page of a query's rows, newest first. `column` holds their instants; the ids tell apart what came at the same.
 * @throws VideoError `INVALID_INPUT` when the cursor is not one of ours.
 */
export async function readPage<
  TTable extends keyof Tables,
  TColumn extends string,
  TRow extends { id: string } & Record<TColumn, string>,
>(
  query: SelectQueryBuilder<Tables, TTable, TRow>,
  column: TColumn,
  { limit, cursor }: PageRequest,
): Promise<Page<TRow>> {
  const place = sql`(${sql.ref(column)}, id)`
  const after = cursor === undefined ? undefined : parsePageCursor(cursor)
  const rows = await query
    .$if(after !== undefined, (all) => all.where(sql<SqlBool>`${place} < (${after?.at}, ${after?.id})`))
    .orderBy(sql.ref(column), 'desc')
    .orderBy(sql.ref('id'), 'desc')
    .limit(limit + 1)
    .execute()
  const items = rows.slice(0, limit) as TRow[]
  const last = rows.length > limit ? items.at(-1) : undefined
  return { items, nextCursor: last === undefined ? null : formatPageCursor({ at: last[column], id: last.id }) }
}

// It needs no signature: it can only say where in the caller's own list to go on.
function formatPageCursor({ at, id }: PageCursor): string {
  return Buffer.from(JSON.stringify([at, id])).toString('base64url')
}

function parsePageCursor(cursor: string): PageCursor {
  try {
    const place: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
    if (Array.isArray(place) && typeof place[0] === 'string' && typeof place[1] === 'string') {
      return { at: place[0], id: place[1] }
    }
  } catch {
    // Not JSON: not a cursor of ours, as below.
  }
  throw invalidField('cursor', 'not a cursor of this list: pass nextCursor as it came')
}
