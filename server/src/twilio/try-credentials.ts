import type { Log } from '../core/log.ts'
import { hasCode } from '../core/video-error.ts'
import type { TwilioVideo } from './video.ts'

/** What is wrong while Twilio refuses the server's credentials. It holds none of them: `/readyz` shows it to anybody. */
export const CREDENTIALS_REFUSED =
  "Twilio refuses this server's credentials: rooms cannot be read or changed, and access tokens open none. " +
  'Check TWILIO_ACCOUNT_SID, TWILIO_API_KEY and TWILIO_API_SECRET; "npm run doctor" says more'

/** Asks Twilio for one room, and says in the log when it refuses; with other errors nothing is known. Never throws. */
export async function tryCredentials(twilio: TwilioVideo, log: Log, signal: AbortSignal): Promise<void> {
  try {
    await twilio.listRooms({ limit: 1 }, { signal })
  } catch (err) {
    if (signal.aborted) return
    if (hasCode(err, 'TWILIO_UNAUTHORIZED')) log.warn({ err }, CREDENTIALS_REFUSED)
    else log.warn({ err }, 'Twilio could not be asked whether it takes the credentials')
  }
}
