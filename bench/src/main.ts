import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { USAGE, parseOptions, type Options } from './arguments.ts'
import { compareResults, isWorse } from './compare.ts'
import { exitOnSignals } from './data-folder.ts'
import { describeMachine } from './machine.ts'
import { changesToText, tableToText, targetsToText, toMarkdown } from './report.ts'
import type { Effort, Results, Table } from './result.ts'
import { Servers } from './servers.ts'
import { batchTable } from './tables/batch.ts'
import { clientTable } from './tables/client.ts'
import { eventsTable } from './tables/events.ts'
import { fanOutTable } from './tables/fan-out.ts'
import { joinsTable } from './tables/joins.ts'
import { mediaTable } from './tables/media.ts'
import { mintTable } from './tables/mint.ts'
import { restTable } from './tables/rest.ts'
import { roomsGetTable } from './tables/rooms-get.ts'
import { scalingTable } from './tables/scaling.ts'
import { startTable } from './tables/start.ts'

const TABLES: Table[] = [
  mintTable,
  batchTable,
  roomsGetTable,
  restTable,
  fanOutTable,
  eventsTable,
  joinsTable,
  mediaTable,
  startTable,
  clientTable,
  scalingTable,
]
const FOLDER = new URL('../', import.meta.url)

const names = TABLES.map(({ name }) => name)
const usage = USAGE.replace(
  'TABLES',
  TABLES.map(({ name, onlyByName }) => (onlyByName ? `${name} (not run otherwise)` : name)).join(', '),
)
const options = readOptions()
if (options?.help) console.log(usage)
else if (options !== undefined) await bench(options)

function readOptions(): Options | undefined {
  try {
    return parseOptions(process.argv.slice(2), names)
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`)
    process.exitCode = 1
    return undefined
  }
}

async function bench({ quick, only, json, compare, write }: Options): Promise<void> {
  const started = performance.now()
  const args = process.argv.slice(2).join(' ')
  const results: Results = {
    date: new Date().toISOString().slice(0, 10),
    command: `npm run bench${args === '' ? '' : ` -- ${args}`}`,
    machine: describeMachine(),
    quick,
    tables: {},
  }
  exitOnSignals()
  console.log(`${results.machine}\n`)
  await using servers = new Servers()
  let before = started
  for (const table of TABLES.filter(({ name, onlyByName }) => only?.includes(name) ?? !onlyByName)) {
    const result = await table.run(effortFor(table.name, servers, quick))
    results.tables[table.name] = result
    const now = performance.now()
    console.log(`\n${tableToText(result)}\n${table.name}: ${((now - before) / 1000).toFixed(1)} s\n`)
    before = now
  }
  console.log(targetsToText(results))
  console.log(`\nTook ${((performance.now() - started) / 1000).toFixed(0)} s.`)
  if (json !== undefined) await writeFile(json, toJson(results))
  if (write) {
    await writeFile(new URL('RESULTS.md', FOLDER), toMarkdown(results))
    await writeFile(new URL('baseline.json', FOLDER), toJson(results))
    console.log(`Wrote ${fileURLToPath(new URL('RESULTS.md', FOLDER))} and baseline.json beside it.`)
  }
  if (compare !== undefined) await compareWith(compare, results)
}

async function compareWith(file: string, results: Results): Promise<void> {
  const changes = compareResults(JSON.parse(await readFile(file, 'utf8')) as Results, results)
  console.log(`\nAgainst ${file}:\n\n${changesToText(changes)}`)
  const worse = changes.filter(isWorse)
  if (worse.length === 0) return
  console.log(`\nWorse by a tenth or more: ${worse.map(({ figure }) => figure.label).join('; ')}`)
  process.exitCode = 1
}

function effortFor(name: string, servers: Servers, quick: boolean): Effort {
  return {
    servers,
    quick,
    warmRequests: quick ? 500 : 7000,
    rounds: quick ? 2 : 12,
    seconds: quick ? 0.2 : 0.3,
    growth: quick ? [16] : [1, 4, 16],
    growthSeconds: quick ? 0.15 : 0.3,
    say: (progress) => console.log(`${name}: ${progress}`),
  }
}

function toJson(results: Results): string {
  return `${JSON.stringify(results, null, 2)}\n`
}
