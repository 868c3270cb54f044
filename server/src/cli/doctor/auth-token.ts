import type { Config } from '../../config/config.ts'
import { codeOf, failed, ok, warning, type Finding } from './finding.ts'

const TWILIO_API_URL = 'https://api.twilio.com'

/**
 * Whether the auth token is that of the account: with another one, each of Twilio's reports would be refused as forged,
 * though those that are signed here are taken. Source: Twilio "Account resource".
 */
export async function checkAuthToken({ video }: Config, signal: AbortSignal): Promise<Finding> {
  if (video.kind === 'emulator') return ok('the emulator inside makes its own')
  const { authToken } = video
  const { accountSid, videoUrl = TWILIO_API_URL } = video.credentials
  if (authToken === undefined) return ok('TWILIO_AUTH_TOKEN is not set, so there is none to look at')
  const authorization = `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`
  try {
    const url = `${videoUrl}/2010-04-01/Accounts/${accountSid}.json`
    const { status } = await fetch(url, { headers: { authorization }, redirect: 'manual', signal })
    if (status === 200) return ok('TWILIO_AUTH_TOKEN is that of the account')
    if (status !== 401) return warning(`Twilio did not say whether it takes TWILIO_AUTH_TOKEN (status ${status})`)
    return failed('TWILIO_AUTH_TOKEN is not that of TWILIO_ACCOUNT_SID, so all reports are refused: copy it again')
  } catch (error) {
    return warning(`Twilio could not be asked whether it takes TWILIO_AUTH_TOKEN (${codeOf(error)})`)
  }
}
