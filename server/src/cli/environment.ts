import { readFileSync } from 'node:fs'
import { EnvFileError, parseEnvFile } from './env-file.ts'

/** Environment variables, by name. */
export type Environment = Readonly<Record<string, string | undefined>>

/**
 * The variables of the process and of `.env` in the current directory. What the shell sets wins over the file, unless
 * it is empty.
 * @throws EnvFileError when there is a file that cannot be read: starting without it could start a more open server.
 */
export function readEnvironment(): Environment {
  const set = Object.entries(process.env).filter(([, value]) => value?.trim())
  return { ...readEnvFile('.env'), ...Object.fromEntries(set) }
}

function readEnvFile(path: string): Record<string, string> {
  try {
    return parseEnvFile(readFileSync(path))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {}
    const reason = error instanceof EnvFileError ? error.message : describe(error as NodeJS.ErrnoException)
    throw new EnvFileError(`${path} cannot be read: ${reason}`)
  }
}

function describe({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'EISDIR') return 'it is a directory'
  return code === 'EACCES' || code === 'EPERM' ? `this user may not read it (${code})` : (code ?? message)
}
