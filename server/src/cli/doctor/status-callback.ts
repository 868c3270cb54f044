import type { Config } from '../../config/config.ts'
import { STATUS_CALLBACK_PATH } from '../../events/status-callback.ts'
import { codeOf, failed, ok, warning, type Finding } from './finding.ts'
import { isWithoutServer } from './public-url.ts'

/** A report that is of no room: the server says so, once it has found that it is signed. */
const REPORT = { StatusCallbackEvent: 'roomkey-doctor' }

/** Whether the running server takes a report that is signed as Twilio signs, sent the way that Twilio's takes. */
export async function checkStatusCallback({ publicUrl, video }: Config, signal: AbortSignal): Promise<Finding> {
  if (video.kind === 'emulator') return ok('the emulator inside reports to its own server')
  const { authToken } = video
  if (publicUrl === undefined || authToken === undefined) {
    const missing = [...(publicUrl ? [] : ['PUBLIC_URL']), ...(authToken ? [] : ['TWILIO_AUTH_TOKEN'])]
    return warning(
      `Twilio reports nothing without ${missing.join(' and ')}: a banned participant who still holds an access token ` +
        'is not removed when they come back',
    )
  }
  const { getExpectedTwilioSignature } = await import('twilio/lib/webhooks/webhooks.js')
  const url = publicUrl + STATUS_CALLBACK_PATH
  try {
    const signed = await send(url, getExpectedTwilioSignature(authToken, url, REPORT), signal)
    if (isWithoutServer(signed)) return NO_SERVER
    if (signed.status !== 400) return explain(signed.status)
    const forged = await send(url, getExpectedTwilioSignature(`${authToken}x`, url, REPORT), signal)
    if (forged.status !== 403) {
      return failed(`a forged report was answered with ${forged.status}, not 403: is it this server at PUBLIC_URL?`)
    }
    return ok('a signed report was taken, and a forged one refused')
  } catch (error) {
    return signal.aborted || codeOf(error) === 'ECONNREFUSED'
      ? NO_SERVER
      : failed(`a report did not get through to PUBLIC_URL (${codeOf(error)})`)
  }
}

const NO_SERVER = warning('no server runs at PUBLIC_URL, so no report was tried: start it, and run this again')

async function send(url: string, signature: string, signal: AbortSignal): Promise<Response> {
  const headers = { 'x-twilio-signature': signature }
  return fetch(url, { method: 'POST', headers, body: new URLSearchParams(REPORT), redirect: 'manual', signal })
}

function explain(status: number): Finding {
  if (status === 403) {
    return failed(
      'the running server refuses a report signed with TWILIO_AUTH_TOKEN for PUBLIC_URL: start it with the same two, ' +
        'and let no proxy change what it passes on',
    )
  }
  if (status === 404) {
    return failed(
      'the running server takes no reports: start it with PUBLIC_URL and TWILIO_AUTH_TOKEN, and pass on the path ' +
        STATUS_CALLBACK_PATH,
    )
  }
  return failed(`a report to PUBLIC_URL was answered with ${status}: pass on ${STATUS_CALLBACK_PATH} to the server`)
}
