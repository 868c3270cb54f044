import type { Config } from '../../config/config.ts'
import { codeOf, failed, ok, warning, type Finding } from './finding.ts'

const TWILIO_URL = 'https://video.twilio.com'

const WARNING_SECONDS = 5
/** As much as the tokens of a sign-in may be off. */
const FAILURE_SECONDS = 30

/** Whether this machine's clock agrees with Twilio's: an access token from the future, or from long ago, opens nothing. */
export async function checkClock({ video }: Config, signal: AbortSignal): Promise<Finding> {
  if (video.kind === 'emulator') return ok('the emulator inside goes by the clock of this machine')
  const before = Date.now()
  let date: number
  try {
    // Whatever it answers, it says when.
    const { headers } = await fetch(video.credentials.videoUrl ?? TWILIO_URL, {
      method: 'HEAD',
      redirect: 'manual',
      signal,
    })
    date = Date.parse(headers.get('date') ?? '')
  } catch (error) {
    return warning(`Twilio could not be asked for the time (${codeOf(error)})`)
  }
  if (Number.isNaN(date)) return warning('Twilio did not say the time')
  // The header has whole seconds: on average, half a one has gone by.
  const seconds = Math.round(((before + Date.now()) / 2 - date - 500) / 1000)
  if (Math.abs(seconds) <= WARNING_SECONDS) return ok("this machine's clock agrees with Twilio's")
  const words = `this machine's clock is ${Math.abs(seconds)} s ${seconds > 0 ? 'ahead of' : 'behind'} Twilio's`
  if (Math.abs(seconds) <= FAILURE_SECONDS) return warning(`${words}: let NTP set it`)
  return failed(`${words}, so access tokens are refused or expire early: let NTP set it`)
}
