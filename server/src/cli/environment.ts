import { existsSync } from 'node:fs'
import { loadEnvFile } from 'node:process'

/** The variables of the process and of `.env` in the current directory. What the shell sets wins over the file. */
export function readEnvironment(): Readonly<Record<string, string | undefined>> {
  if (existsSync('.env')) loadEnvFile('.env')
  return process.env
}
