import { parseArgs } from 'node:util'
import { API_KEY_NAME } from '../config/api-keys.ts'
import { createApiKey } from '../identity/api-key.ts'

const USAGE = `Usage: roomkey keys create <name>, or in a checkout npm run keys -- create <name>

Makes an API key for a backend of yours and prints it once, with the entry of API_KEYS that lets it in.
The name stands in the audit log: letters, digits, dots, dashes and underscores, at most 64.
`

if (import.meta.main) process.exitCode = run(process.argv.slice(2))

/** Prints a new API key. Gives the exit code. */
export function run(args: string[]): number {
  const positionals = readPositionals(args)
  const [verb, name] = positionals ?? []
  if (positionals?.length !== 2 || verb !== 'create' || name === undefined || !API_KEY_NAME.test(name)) {
    process.stderr.write(USAGE)
    return 1
  }
  const { key, entry } = createApiKey(name)
  process.stdout.write(`The key, for the backend that calls Roomkey. It is shown only now:

  ${key}

The entry for Roomkey's API_KEYS, which holds no secret (several are separated by commas):

  ${entry}
`)
  return 0
}

function readPositionals(args: string[]): string[] | undefined {
  try {
    return parseArgs({ args, allowPositionals: true, options: {} }).positionals
  } catch {
    return undefined
  }
}
