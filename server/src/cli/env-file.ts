import { parseEnv } from 'node:util'

/** A `.env` file that cannot be read as one; the message says why, and never what it holds. */
export class EnvFileError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'EnvFileError'
  }
}

/**
 * The assignments of a `.env` file: `NAME=value` or `export NAME=value` a line, `#` for comments, values in quotes
 * where they hold a `#` or go over several lines.
 * @throws EnvFileError naming the first line that is none of these.
 */
export function parseEnvFile(bytes: Uint8Array): Record<string, string> {
  const text = decode(bytes)
  checkLines(text)
  return parseEnv(text) as Record<string, string>
}

/** PowerShell's `>` writes UTF-16, which read as UTF-8 would hold no assignment at all. */
function decode(bytes: Uint8Array): string {
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff) || bytes.includes(0)) {
    throw new EnvFileError('it is not text in UTF-8 (it looks like UTF-16, as PowerShell writes): save it as UTF-8')
  }
  try {
    // Drops a byte order mark.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new EnvFileError('it is not text in UTF-8: save it as UTF-8')
  }
}

const ASSIGNMENT = /^\s*(?:export\s+)?[A-Za-z_][A-Za-z0-9_]*\s*=\s*(.*)$/

function checkLines(text: string): void {
  const lines = text.split(/\r\n|\r|\n/)
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? ''
    if (/^\s*(?:#.*)?$/.test(line)) continue
    const value = ASSIGNMENT.exec(line)?.[1]
    if (value === undefined) throw new EnvFileError(`line ${index + 1} is no assignment: write NAME=value`)
    const quote = /^["'`]/.exec(value)?.[0]
    if (quote === undefined || value.includes(quote, 1)) continue
    const end = lines.findIndex((later, at) => at > index && later.includes(quote))
    if (end === -1) throw new EnvFileError(`the quote that opens in line ${index + 1} is never closed`)
    index = end
  }
}
