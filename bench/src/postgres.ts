import { startPostgres } from '../../server/test/access/postgres.ts'

/** A PostgreSQL of the bench's own that writes each commit to the disk, as it does by default. */
export async function startBenchPostgres(): Promise<AsyncDisposable & { url: string }> {
  const postgres = await startPostgres()
  return { url: await postgres.createDatabase(), [Symbol.asyncDispose]: () => postgres[Symbol.asyncDispose]() }
}
