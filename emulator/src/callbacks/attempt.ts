import { request as httpRequest, type RequestOptions } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { CallbackTarget, Failure } from './target.ts'

/** One HTTP request of a callback, ready to go. */
export type CallbackRequest = {
  method: 'GET' | 'POST'
  url: string
  headers: Record<string, string>
  /** Empty for GET. */
  body: string
}

/** How an attempt ended: `null` when it was taken. */
export type Outcome = { failure: Failure; detail: string } | null

/** Makes one attempt. Never throws; an aborted attempt counts as a failed connection. */
export function attemptCallback(call: CallbackRequest, target: CallbackTarget, signal: AbortSignal): Promise<Outcome> {
  return new Promise((resolve) => {
    const { protocol, hostname, port } = new URL(call.url)
    const secure = protocol === 'https:'
    const options: RequestOptions = {
      // An IPv6 address stands in brackets only in a URL.
      hostname: hostname.replace(/^\[(.*)\]$/, '$1'),
      port: port || (secure ? 443 : 80),
      // Not as URL would put it: the signature is over these very letters.
      path: call.url.slice(call.url.indexOf('/', call.url.indexOf('://') + 3)),
      method: call.method,
      headers: call.headers,
      signal,
      agent: false,
    }
    const request = (secure ? httpsRequest : httpRequest)(options)
    let connected = false

    const settle = (outcome: Outcome): void => {
      clearTimeout(connectTimer)
      clearTimeout(readTimer)
      clearTimeout(totalTimer)
      resolve(outcome)
      // The response's body is of no interest, nor is anything after a timeout.
      request.destroy()
    }
    const giveUpAfter = (ms: number, failure: Failure, detail: string): NodeJS.Timeout =>
      setTimeout(() => settle({ failure, detail }), ms)

    const connectTimer = giveUpAfter(target.connectTimeoutMs, 'ct', 'no connection in time')
    const totalTimer = giveUpAfter(target.totalTimeoutMs, 'rt', 'not done in time')
    let readTimer: NodeJS.Timeout | undefined
    request.on('socket', (socket) => {
      socket.once(secure ? 'secureConnect' : 'connect', () => {
        connected = true
        clearTimeout(connectTimer)
        readTimer = giveUpAfter(target.readTimeoutMs, 'rt', 'no answer in time')
      })
    })
    request.on('response', ({ statusCode = 0 }) => settle(readStatus(statusCode)))
    request.on('error', (error) => settle({ failure: connected ? 'rt' : 'ct', detail: error.message }))
    request.end(call.body)
  })
}

function readStatus(status: number): Outcome {
  if (status < 400) return null
  return { failure: status < 500 ? '4xx' : '5xx', detail: `HTTP ${status}` }
}
