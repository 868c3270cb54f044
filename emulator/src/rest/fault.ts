import type { FastifyReply, FastifyRequest } from 'fastify'
import { TwilioError } from '../errors.ts'

/** Answers with a fault in Twilio's form. What nobody foresaw is reported and becomes 20500. */
export function sendFault(
  error: Error & { statusCode?: number },
  _request: FastifyRequest,
  reply: FastifyReply,
  reportError: (error: unknown) => void,
): FastifyReply {
  const fault = toTwilioError(error)
  if (fault.code === 20500) reportError(error)
  if (fault.status === 401) void reply.header('www-authenticate', 'Basic realm="Twilio API"')
  return reply.code(fault.status).send({
    code: fault.code,
    message: fault.message,
    more_info: `https://www.twilio.com/docs/errors/${fault.code}`,
    status: fault.status,
  })
}

function toTwilioError(error: Error & { statusCode?: number }): TwilioError {
  if (error instanceof TwilioError) return error
  const { statusCode = 500 } = error
  if (statusCode === 413) return new TwilioError(20413)
  // 414: longer than any name, so there is no such thing.
  if (statusCode === 404 || statusCode === 414) return new TwilioError(20404)
  // The framework's own refusals: a path that is no URL, a body shorter than announced.
  return statusCode >= 400 && statusCode < 500 ? new TwilioError(20001, error.message) : new TwilioError(20500)
}
