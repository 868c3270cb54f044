import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { CallbackRequest } from './request.ts'
import type { CallbackTarget, Failure } from './target.ts'

/** A receiver's response. */
export type CallbackResponse = {
  statusCode: number
  headers: IncomingMessage['headers']
  /** The first 4 KiB, as far as they came in time; nothing depends on it. */
  body: string
}

/** How an attempt ended: `failure` is `null` when it was taken. */
export type Outcome = { failure: Failure | null; detail: string | null; response: CallbackResponse | null }

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
    // From the first line of a response on it decides, whatever becomes of the rest.
    let ending: Outcome | undefined

    const settle = (outcome: Outcome): void => {
      clearTimeout(connectTimer)
      clearTimeout(readTimer)
      clearTimeout(totalTimer)
      resolve(ending ?? outcome)
      request.destroy()
    }
    const fail = (failure: Failure, detail: string): void => settle({ failure, detail, response: null })
    const giveUpAfter = (ms: number, failure: Failure, detail: string): NodeJS.Timeout =>
      setTimeout(fail, ms, failure, detail)

    const connectTimer = giveUpAfter(target.connectTimeoutMs, 'ct', 'no connection in time')
    const totalTimer = giveUpAfter(target.totalTimeoutMs, 'rt', 'not done in time')
    let readTimer: NodeJS.Timeout | undefined
    request.on('socket', (socket) => {
      socket.once(secure ? 'secureConnect' : 'connect', () => {
        connected = true
        clearTimeout(connectTimer)
        readTimer = giveUpAfter(target.readTimeoutMs, 'rt', 'no response in time')
      })
    })
    request.on('response', (incoming) => {
      const { statusCode = 0, headers } = incoming
      const response: CallbackResponse = { statusCode, headers, body: '' }
      ending = readStatus(response)
      const done = (): void => settle(ending as Outcome)
      incoming.setEncoding('utf8')
      incoming.on('data', (text: string) => {
        response.body = (response.body + text).slice(0, MAX_BODY)
        if (response.body.length === MAX_BODY) done()
      })
      incoming.on('close', done)
      incoming.on('error', done)
    })
    request.on('error', (error) => fail(connected ? 'rt' : 'ct', error.message))
    request.end(call.body)
  })
}

const MAX_BODY = 4096

function readStatus(response: CallbackResponse): Outcome {
  const { statusCode } = response
  if (statusCode < 400) return { failure: null, detail: null, response }
  return { failure: statusCode < 500 ? '4xx' : '5xx', detail: `HTTP ${statusCode}`, response }
}
