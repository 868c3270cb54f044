import { SCREEN_TRACK_NAME } from '@roomkey/client/react'
import type { RemoteTrackPublication } from 'twilio-video'

export function findCamera(publications: readonly RemoteTrackPublication[]): RemoteTrackPublication | undefined {
  return publications.find(({ kind, trackName }) => kind === 'video' && trackName !== SCREEN_TRACK_NAME)
}

export function findScreen(publications: Iterable<RemoteTrackPublication>): RemoteTrackPublication | undefined {
  return [...publications].find(({ kind, trackName }) => kind === 'video' && trackName === SCREEN_TRACK_NAME)
}

/** Whether someone's microphone is on. */
export function hasMicrophoneOn(publications: readonly RemoteTrackPublication[]): boolean {
  return publications.some(({ kind, isTrackEnabled }) => kind === 'audio' && isTrackEnabled)
}
