import { createTwilioParticipants, type TwilioParticipants } from './participants.ts'
import { createTwilioRecordingRules, type TwilioRecordingRules } from './recording-rules.ts'
import { createTwilioRequests, type TwilioRequestsOptions } from './requests.ts'
import { createTwilioRooms, type TwilioRooms } from './rooms.ts'
import { createTwilioTracks, type TwilioTracks } from './tracks.ts'

/**
 * Twilio's Video API, through the official SDK. Concurrent equal reads share one request.
 *
 * Every method throws {@link VideoError}: `ROOM_…`, `PARTICIPANT_NOT_FOUND`, `INVALID_INPUT` (a cursor that is
 * not ours) or `TWILIO_…`.
 */
export type TwilioVideo = TwilioRooms &
  TwilioParticipants &
  TwilioTracks &
  TwilioRecordingRules & {
    /** Whether Twilio has refused the credentials, and has taken them for nothing since. */
    refusesCredentials(): boolean
    /** Closes idle connections. */
    close(): void
  }

export function createTwilioVideo(options: TwilioRequestsOptions): TwilioVideo {
  const requests = createTwilioRequests(options)
  const { refusesCredentials, close } = requests
  return {
    ...createTwilioRooms(requests),
    ...createTwilioParticipants(requests),
    ...createTwilioTracks(requests),
    ...createTwilioRecordingRules(requests),
    refusesCredentials,
    close,
  }
}
