import type { FastifyRequest } from 'fastify'
import type { Credentials } from '../../credentials.ts'
import { TwilioError } from '../../errors.ts'

/** Lets a request pass that carries the account's SID and auth token, or an API key and its secret. @throws TwilioError 20003 */
export function createAuthentication(credentials: Credentials): (request: FastifyRequest) => void {
  const passwords = new Map([
    [credentials.accountSid, credentials.authToken],
    [credentials.apiKeySid, credentials.apiKeySecret],
  ])
  return (request) => {
    const [scheme = '', encoded = ''] = (request.headers.authorization ?? '').split(' ', 2)
    const [, username = '', password] = /^([^:]*):(.*)$/s.exec(Buffer.from(encoded, 'base64').toString()) ?? []
    if (scheme.toLowerCase() === 'basic' && password !== undefined && passwords.get(username) === password) return
    throw new TwilioError(20003)
  }
}
