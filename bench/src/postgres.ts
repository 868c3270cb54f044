import { cpuOfTree } from './machine.ts'
import { startPostgres } from '../../server/test/access/postgres.ts'

export type BenchPostgres = AsyncDisposable & {
  url: string
  /** What all its processes have used; `NaN` where the system does not say. */
  cpuMicroseconds(): Promise<number>
}

/** A PostgreSQL of the bench's own that writes each commit to the disk, as it does by default. */
export async function startBenchPostgres(): Promise<BenchPostgres> {
  const postgres = await startPostgres({ isDurable: true })
  return {
    url: await postgres.createDatabase(),
    cpuMicroseconds: async () => cpuOfTree(await postgres.readPid()),
    [Symbol.asyncDispose]: () => postgres[Symbol.asyncDispose](),
  }
}
