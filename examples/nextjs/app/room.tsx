'use client'

import { useLocalMedia, useParticipants, useRoom, useTrack, useTracks } from '@roomkey/client/react'
import type { RemoteParticipant, RemoteTrackPublication } from 'twilio-video'

export function Room({ roomSid, userId }: { roomSid: string; userId: string }) {
  const media = useLocalMedia({ camera: true })
  const call = useRoom({ roomSid, userId, media })
  const others = useParticipants(call.room)
  return (
    <main data-status={call.status}>
      {others.map((participant) => (
        <Tile key={participant.sid} participant={participant} />
      ))}
    </main>
  )
}

function Tile({ participant }: { participant: RemoteParticipant }) {
  const publications = useTracks(participant)
  return publications.map((publication) => (
    <Track key={publication.trackSid} publication={publication} of={participant.identity} />
  ))
}

function Track({ publication, of }: { publication: RemoteTrackPublication; of: string }) {
  const { kind, attach } = useTrack(publication)
  return kind === 'video' ? <video ref={attach} data-of={of} muted /> : null
}
