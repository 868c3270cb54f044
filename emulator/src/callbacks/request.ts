import { createHash, randomUUID } from 'node:crypto'
import type { CallbackMethod } from '../state/index.ts'
import type { CallbackFault } from './fault.ts'
import { signCallback } from './signature.ts'
import type { CallbackTarget } from './target.ts'

/** One HTTP request of a callback, ready to go. */
export type CallbackRequest = {
  method: CallbackMethod
  url: string
  headers: Record<string, string>
  /** Empty for GET. */
  body: string
}

export function formatRequest(
  target: CallbackTarget,
  method: CallbackMethod,
  form: Record<string, string>,
  authToken: string,
): CallbackRequest {
  const parameters = new URLSearchParams(form).toString()
  const url = method === 'POST' ? target.url : `${target.url}${target.url.includes('?') ? '&' : '?'}${parameters}`
  const headers: Record<string, string> = {
    'X-Twilio-Signature': signCallback(authToken, url, method === 'POST' ? form : {}),
    // The same in every attempt, so that a receiver can tell a repetition.
    'I-Twilio-Idempotency-Token': randomUUID(),
    'User-Agent': 'TwilioProxy/1.1',
    Accept: '*/*',
  }
  if (target.basicAuth !== null) {
    headers['Authorization'] = `Basic ${Buffer.from(target.basicAuth).toString('base64')}`
  }
  if (method === 'GET') return { method, url, headers, body: '' }
  headers['Content-Type'] = 'application/x-www-form-urlencoded; charset=UTF-8'
  headers['Content-Length'] = String(Buffer.byteLength(parameters))
  return { method, url, headers, body: parameters }
}

/** The request as it never left Twilio. */
export function corruptRequest(request: CallbackRequest, what: NonNullable<CallbackFault['corrupt']>): CallbackRequest {
  const { 'X-Twilio-Signature': signature = '', ...headers } = request.headers
  if (what === 'no-signature') return { ...request, headers }
  if (what === 'signature') {
    const wrong = createHash('sha1').update(signature).digest('base64')
    return { ...request, headers: { ...headers, 'X-Twilio-Signature': wrong } }
  }
  if (request.method === 'GET') return { ...request, url: cut(request.url) }
  const body = cut(request.body)
  return { ...request, body, headers: { ...request.headers, 'Content-Length': String(Buffer.byteLength(body)) } }
}

/** Without the end of what stands after the last `=`; never within a character that is percent-encoded. */
function cut(text: string): string {
  const start = text.lastIndexOf('=') + 1
  return text.slice(0, start + Math.floor((text.length - start) / 2)).replace(/%[\dA-F]?$/, '')
}
