import { parseArgs } from 'node:util'
import { RoomRefSchema } from '@roomkey/shared'
import { listAudit } from '../audit/list-audit.ts'
import { ConfigError, parseConfig, type Config } from '../config/config.ts'
import { createStore, StoreUnavailable } from '../store/store.ts'
import { EnvFileError } from './env-file.ts'
import { readEnvironment } from './environment.ts'

const USAGE = `Usage: roomkey audit [--room <sid>] [--limit <1-1000>] [--json], or in a checkout npm run audit -- …

Prints the audit log of the server that is configured here, newest first: when, who, what, which room, to whom, outcome.
`

const NO_ENTRY = 'The audit log has no such entry.\n'
const NO_LOG = 'There is no audit log: on the emulator in open mode nobody has a name.\n'

if (import.meta.main) process.exitCode = await run(process.argv.slice(2))

/** Prints the audit log. Gives the exit code. */
export async function run(args: string[]): Promise<number> {
  const options = readArguments(args)
  const config = options && readConfig()
  if (options === undefined || config === undefined) return 1
  const store = createStore(config.access.store, (message, error) =>
    process.stderr.write(`${message}${error === undefined ? '' : ` (${error.message})`}\n`),
  )
  try {
    await store.check()
    const { room, limit } = options
    const { entries } = await listAudit({ auditLog: undefined, store }, { room, limit, cursor: undefined })
    for (const entry of entries) {
      const { at, callerKind, caller, action, target, outcome, count, requestId } = entry
      const ending = count === undefined ? outcome : `${outcome} ×${count}`
      const words = [at, callerKind, caller ?? '-', action, entry.room ?? '-', target ?? '-', ending, requestId]
      process.stdout.write(options.json ? `${JSON.stringify(entry)}\n` : `${words.join('  ')}\n`)
    }
    if (entries.length === 0) process.stderr.write(config.access.auditDays === null ? NO_LOG : NO_ENTRY)
    return 0
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error
    process.stderr.write(`${error.message}\n`)
    return 1
  } finally {
    await store.close()
  }
}

function readArguments(args: string[]): { room: string | undefined; limit: number; json: boolean } | undefined {
  try {
    const { values } = parseArgs({
      args,
      options: {
        room: { type: 'string' },
        limit: { type: 'string', default: '50' },
        json: { type: 'boolean', default: false },
      },
    })
    const limit = Number(values.limit)
    const room = RoomRefSchema.optional().parse(values.room)
    if (Number.isInteger(limit) && limit >= 1 && limit <= 1000) return { room, limit, json: values.json }
  } catch {
    // Told below, in the words of this command.
  }
  process.stderr.write(USAGE)
  return undefined
}

function readConfig(): Config | undefined {
  try {
    return parseConfig(readEnvironment())
  } catch (error) {
    if (!(error instanceof ConfigError || error instanceof EnvFileError)) throw error
    process.stderr.write(`${error.message}\n`)
    return undefined
  }
}
