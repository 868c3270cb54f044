import { parseArgs } from 'node:util'

export type Options = {
  help: boolean
  quick: boolean
  write: boolean
  json: string | undefined
  compare: string | undefined
  only: string[] | undefined
}

export const USAGE = `Usage: npm run bench -- [options]

Measures Roomkey beside what people would use instead, in ten minutes, most of them calls.

  --quick             fewer and shorter rounds: under 45 seconds, and noisier, with code still warming up
  --only <tables>     some tables only, comma-separated: TABLES
  --json <file>       write all figures to a file, for --compare
  --compare <file>    name every figure that is worse than in that file by a tenth; exit code 1 if there is one
  --write             write bench/RESULTS.md and bench/baseline.json in a quick run too
  --help              this text

A run of all tables that is neither quick nor compared writes bench/RESULTS.md and bench/baseline.json.`

/** @throws TypeError for what is not an option, RangeError for a table there is not. */
export function parseOptions(args: readonly string[], tableNames: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      help: { type: 'boolean', short: 'h', default: false },
      quick: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      json: { type: 'string' },
      compare: { type: 'string' },
      only: { type: 'string' },
    },
  })
  const only = values.only?.split(',').map((name) => name.trim())
  const unknown = only?.find((name) => !tableNames.includes(name))
  if (unknown !== undefined) throw new RangeError(`There is no table "${unknown}": ${tableNames.join(', ')}`)
  if (values.write && only !== undefined) throw new RangeError('--write needs all tables: leave out --only')
  const isWhole = !values.quick && only === undefined && values.compare === undefined
  return { ...values, json: values.json, compare: values.compare, only, write: values.write || isWhole }
}
