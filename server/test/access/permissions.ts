import { readFile } from 'node:fs/promises'

/** How calls end: by kind of caller, then by procedure. */
export type Permissions = Record<string, Record<string, string>>

type Table = { columns: string[]; rows: string[][] }

/** Reads the tables of `permissions.md`, with error codes in place of its words. */
export async function readPermissions(): Promise<{ present: Permissions; missing: Permissions }> {
  const text = await readFile(new URL('permissions.md', import.meta.url), 'utf8')
  const [legend, present, missing] = [...text.matchAll(/(?:^\|.*\n)+/gm)].map(([table]) => readTable(table))
  const codes = new Map(legend?.rows.map(([word = '', code = '']) => [word, code.replaceAll('`', '')]))
  return { present: toPermissions(present, codes), missing: toPermissions(missing, codes) }
}

function readTable(text: string): Table {
  const [columns = [], , ...rows] = text
    .trim()
    .split('\n')
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
  return { columns, rows }
}

function toPermissions({ columns, rows }: Table = { columns: [], rows: [] }, codes: Map<string, string>): Permissions {
  const callers = columns.slice(1)
  return Object.fromEntries(
    callers.map((caller, index) => [
      caller,
      Object.fromEntries(rows.map(([procedure = '', ...words]) => [procedure, codes.get(words[index] ?? '') ?? '?'])),
    ]),
  )
}
