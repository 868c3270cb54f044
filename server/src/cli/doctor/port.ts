import { once } from 'node:events'
import { createServer } from 'node:net'
import type { Config } from '../../config/config.ts'
import { findNeighbor } from '../neighbor.ts'
import { codeOf, failed, ok, warning, type Finding } from './finding.ts'

/** Whether the server can listen where it is told to, or does so already. */
export async function checkPort({ host, port }: Config, signal: AbortSignal): Promise<Finding> {
  const place = `port ${port} of ${host}`
  const code = await tryToListen(host, port)
  if (code === 'EADDRINUSE') {
    return (await isRoomkey(host, port, signal))
      ? judgeNeighbor(`a server runs on ${place}`, host, port)
      : failed(`another program listens on ${place}: stop it, or set PORT`)
  }
  if (code !== undefined) return failed(`nothing may listen on ${place} (${code}): set HOST or PORT`)
  if (port === 0) return ok(`any free port of ${host} is taken`)
  return judgeNeighbor(`${place} is free`, host, port)
}

async function tryToListen(host: string, port: number): Promise<string | undefined> {
  const server = createServer()
  try {
    server.listen(port, host)
    await once(server, 'listening')
    return undefined
  } catch (error) {
    return codeOf(error)
  } finally {
    server.close()
  }
}

async function judgeNeighbor(words: string, host: string, port: number): Promise<Finding> {
  if (!(await findNeighbor(toUrl(host, port)))) return ok(words)
  return warning(`${words}, but another program listens on [::1]: use 127.0.0.1 in the address, or set PORT`)
}

async function isRoomkey(host: string, port: number, signal: AbortSignal): Promise<boolean> {
  try {
    const response = await fetch(`${toUrl(host, port)}/healthz`, { signal })
    return response.ok && ((await response.json()) as { status?: unknown }).status === 'ok'
  } catch {
    return false
  }
}

function toUrl(host: string, port: number): string {
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`
}
