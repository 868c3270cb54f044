import { isVideoError } from '../../core/video-error.ts'
import type { Config } from '../../config/config.ts'
import { createTwilioVideo } from '../../twilio/video.ts'
import { codeOf, failed, ok, warning, type Finding } from './finding.ts'

const TIMEOUT_MS = 8000

/** Whether Twilio takes the credentials, asked through the official SDK as the server does. */
export async function checkCredentials({ video, proxy }: Config, signal: AbortSignal): Promise<Finding> {
  if (video.kind === 'emulator') {
    return warning(
      'no Twilio credentials are set, so calls run on the emulator inside; for Twilio, set TWILIO_ACCOUNT_SID, ' +
        'TWILIO_API_KEY and TWILIO_API_SECRET',
    )
  }
  const twilio = createTwilioVideo({ credentials: video.credentials, timeoutMs: TIMEOUT_MS, proxy })
  try {
    await twilio.listRooms({ limit: 1 }, { signal })
    return ok('Twilio takes the API key')
  } catch (error) {
    return explain(error, video.credentials.videoUrl)
  } finally {
    twilio.close()
  }
}

function explain(error: unknown, videoUrl: string | undefined): Finding {
  const { code, twilioCode } = isVideoError(error) ? error : { code: codeOf(error), twilioCode: undefined }
  const host = videoUrl === undefined ? 'video.twilio.com' : new URL(videoUrl).host
  if (twilioCode === 20403) return failed('Twilio has suspended or closed the account: look into its Console')
  switch (code) {
    case 'TWILIO_UNAUTHORIZED':
      // Twilio answers alike to a wrong secret and to a key of another region.
      return failed(
        'Twilio refuses the credentials: copy the API key, its secret and the SID of its account again, and make sure ' +
          'that it is a standard key made in region US1, since Video takes none made in IE1 or AU1',
      )
    case 'TWILIO_REJECTED':
      return failed(
        `Twilio lets the API key read no rooms (error ${twilioCode}): make a standard key, since a restricted one can ` +
          'sign no access tokens either',
      )
    case 'TWILIO_RATE_LIMITED':
    case 'TWILIO_FAILED':
      return warning('Twilio fails at the moment: see https://status.twilio.com and try again')
    case 'TWILIO_UNAVAILABLE':
    case 'TWILIO_TIMEOUT':
      return failed(`no connection to ${host}: let this machine out to it, or set HTTPS_PROXY`)
    default:
      return failed(
        `what answers at ${host} is not Twilio's Video API (${code}): look at TWILIO_VIDEO_URL and HTTPS_PROXY`,
      )
  }
}
