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

/**
 * Loads a server with one request over and over, each connection sending the next when it has the answer.
 * @throws Error when any answer was not 2xx: a fast refusal must not pass for work.
 */
export async function load(server: Running, request: Request, options: LoadOptions): Promise<Round> {
  const { connections, seconds } = options
  const before = await server.usage()
  const result = await autocannon({
    url: server.origin + request.path,
    method: request.method,
    headers: request.headers ?? {},
    ...(request.body === undefined ? undefined : { body: request.body }),
    connections,
    duration: seconds,
    // In milliseconds: rounds shorter than autocannon's second would have no sample.
    sampleInt: Math.max(50, Math.floor((seconds * 1000) / 10)),
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
    requestsPerSecond: answered / result.duration,
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

/**
 * Requests after which V8 has compiled what it will: until then every contender, the floor too, still gets faster from
 * one round to the next. On a busy machine they take longer, but not for ever.
 */
const WARM_REQUESTS = 16_000
const WARM_SECONDS = 8

/** Loads a server unmeasured until its code is compiled. `share` of the usual number will do for heavy requests. */
export async function warmUp(server: Running, request: Request, share = 1): Promise<void> {
  const deadline = performance.now() + WARM_SECONDS * 1000
  let answered = 0
  while (answered < WARM_REQUESTS * share && performance.now() < deadline) {
    const { requestsPerSecond } = await load(server, request, { connections: 32, seconds: 0.25 })
    answered += requestsPerSecond * 0.25
  }
}
