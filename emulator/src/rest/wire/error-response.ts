import type { FastifyReply, FastifyRequest } from 'fastify'
import { TwilioError } from '../../errors.ts'

/** Sends an error in Twilio's form. An unexpected one is reported and becomes 20500. */
export function sendError(
  error: Error & { statusCode?: number },
  _request: FastifyRequest,
  reply: FastifyReply,
  reportError: (error: unknown) => void,
): FastifyReply {
  const twilioError = toTwilioError(error)
  if (twilioError.code === 20500) reportError(error)
  if (twilioError.status === 401) void reply.header('www-authenticate', 'Basic realm="Twilio API"')
  return reply.code(twilioError.status).send({
    code: twilioError.code,
    message: twilioError.message,
    more_info: `https://www.twilio.com/docs/errors/${twilioError.code}`,
    status: twilioError.status,
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
