import { z } from 'zod'

/** Where Roomkey keeps what it must remember: nowhere (gone with the process), a directory, or a PostgreSQL database. */
export type StoreLocation = { kind: 'memory' } | { kind: 'directory'; path: string } | { kind: 'postgres'; url: string }

export const STORE_VARIABLES = {
  DATA_DIR: z.string().optional(),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/, error: 'must be a postgres:// URL' }).optional(),
}

type StoreVariables = z.output<z.ZodObject<typeof STORE_VARIABLES>>

const DEFAULT_DATA_DIR = '.roomkey'

/** @param isForgetful whether nothing is worth a file, unless one is asked for by name. */
export function toStoreLocation({ DATABASE_URL, DATA_DIR }: StoreVariables, isForgetful: boolean): StoreLocation {
  if (DATABASE_URL !== undefined) return { kind: 'postgres', url: DATABASE_URL }
  if (DATA_DIR === ':memory:') return { kind: 'memory' }
  if (DATA_DIR !== undefined) return { kind: 'directory', path: DATA_DIR }
  return isForgetful ? { kind: 'memory' } : { kind: 'directory', path: DEFAULT_DATA_DIR }
}
