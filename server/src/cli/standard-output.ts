import { fstatSync, writeSync } from 'node:fs'

/** What may wait for a reader that is slow. */
const MAX_WAITING_BYTES = 4 * 1024 * 1024

const STANDARD_OUTPUT = 1

/**
 * Log lines to standard output, wherever that leads: a reader that has gone, or does not read, and a disk that is full
 * cost lines, never a stall and never the process. Pino's own stream waits for a full pipe in this thread, and so does
 * the process when it ends.
 */
export function createStandardOutput(): { write(line: string): void } {
  const { stdout, stderr } = process
  // Without a listener, the error of a pipe whose reader has gone would end the process.
  for (const stream of [stdout, stderr]) stream.on('error', () => undefined)
  const isFile = fstatSync(STANDARD_OUTPUT).isFile()
  let lost = 0

  function write(line: string): boolean {
    if (isFile) {
      // Node's stream would give the file up with its first error, though there may be room again.
      writeSync(STANDARD_OUTPUT, line)
      return true
    }
    if (stdout.writableLength > MAX_WAITING_BYTES) return false
    stdout.write(line)
    return true
  }

  function tryWrite(line: string): boolean {
    try {
      return write(line)
    } catch {
      return false
    }
  }

  return {
    write(line) {
      if (
        lost > 0 &&
        tryWrite(`${JSON.stringify({ level: 40, time: Date.now(), lost, msg: 'log lines were lost' })}\n`)
      ) {
        lost = 0
      }
      if (!tryWrite(line)) lost++
    },
  }
}
