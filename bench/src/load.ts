import autocannon from 'autocannon'
import type { Request, Running } from './contender.ts'

/** One round of load on one server. */
export type Round = {
  requestsPerSecond: number
  p50Ms: number
  p99Ms: number
  cpuMicrosecondsPerRequest: number
}

export type LoadOptions = { connections: number; seconds: number }

const SAMPLE_MS = 50

/**
 * Loads a server with one request over and over, each connection sending the next when it has the answer.
 * @throws Error when any answer was not 2xx: a fast refusal must not pass for work.
 */
export async function load(server: Running, request: Request, { connections, seconds }: LoadOptions): Promise<Round> {
  const before = await server.usage()
  const result = await autocannon({
    url: server.origin + request.path,
    method: request.method,
    headers: request.headers ?? {},
    ...(request.body === undefined ? undefined : { body: request.body }),
    connections,
    // It stops at the first sample after its time is up.
    duration: seconds - SAMPLE_MS / 2000,
    sampleInt: SAMPLE_MS,
  })
  const after = await server.usage()
  const answered = result['2xx']
  if (result.non2xx > 0 || result.errors > 0) {
    throw new Error(
      `${server.title}: ${answered} good answers, ${result.non2xx} others, ${result.errors} errors at ${request.path}`,
    )
  }
  // A machine that is busy elsewhere may not get to answer in a short round.
  if (answered === 0) return load(server, request, { connections, seconds: seconds * 2 })
  return {
    // Its own duration is rounded to hundredths, a twentieth of a short round.
    requestsPerSecond: (answered * 1000) / (result.finish.getTime() - result.start.getTime()),
    p50Ms: result.latency.p50,
    p99Ms: result.latency.p99,
    cpuMicrosecondsPerRequest: (after.cpuMicroseconds - before.cpuMicroseconds) / answered,
  }
}

/** Sends the request once and returns the body. @throws Error when it is not 2xx. */
export async function ask(server: Running, { method, path, headers, body }: Request): Promise<string> {
  const response = await fetch(server.origin + path, { method, headers: headers ?? {}, body: body ?? null })
  const text = await response.text()
  if (!response.ok) throw new Error(`${server.title} answers ${response.status}: ${text.slice(0, 300)}`)
  return text
}

/** On a busy machine warming up takes longer, but not for ever. */
const WARM_SECONDS = 6

/**
 * Loads a server unmeasured for so many requests. After some 7,000 V8 has compiled most of what it will; until then
 * every contender, the floor too, gets faster from one round to the next.
 */
export async function warmUp(server: Running, request: Request, requests: number): Promise<void> {
  const deadline = performance.now() + WARM_SECONDS * 1000
  let answered = 0
  while (answered < requests && performance.now() < deadline) {
    const seconds = 0.25
    const { requestsPerSecond } = await load(server, request, { connections: 32, seconds })
    answered += requestsPerSecond * seconds
  }
}
