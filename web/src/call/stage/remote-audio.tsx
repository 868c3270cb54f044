import { useTrack, useTracks } from '@roomkey/client/react'
import type { RemoteParticipant, RemoteTrackPublication } from 'twilio-video'

/** Everyone's sound. It plays apart from the tiles, so that no rearranging ever interrupts it. */
export function RemoteAudio({ participants }: { participants: RemoteParticipant[] }) {
  return (
    <div hidden>
      {participants.map((participant) => (
        <ParticipantAudio key={participant.sid} participant={participant} />
      ))}
    </div>
  )
}

function ParticipantAudio({ participant }: { participant: RemoteParticipant }) {
  return useTracks(participant)
    .filter(({ kind }) => kind === 'audio')
    .map((publication) => <TrackAudio key={publication.trackSid} publication={publication} />)
}

function TrackAudio({ publication }: { publication: RemoteTrackPublication }) {
  const { track, attach } = useTrack(publication)
  return track === null ? null : <audio ref={attach} autoPlay />
}
