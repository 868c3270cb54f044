import { TRACK_KINDS, TrackSidSchema, ParticipantSidSchema } from '@roomkey/shared'
import type { PublishedTrackInstance } from 'twilio/lib/rest/video/v1/room/participant/publishedTrack.js'
import { z } from 'zod'
import { toInstant } from './instant.ts'
import { toPathPart } from './path.ts'
import { withoutUndefined, type CallOptions, type ListPage, type TwilioRequests } from './requests.ts'

const PublishedTrackSchema = z.object({
  sid: TrackSidSchema,
  participantSid: ParticipantSidSchema,
  name: z.string(),
  kind: z.enum(TRACK_KINDS),
  createdAt: z.string(),
})

/** A track that a participant publishes right now. */
export type PublishedTrack = z.output<typeof PublishedTrackSchema>

/** Tracks at Twilio, which lists them for as long as they are published. */
export type TwilioTracks = {
  listPublishedTracks(
    room: string,
    participant: string,
    query: { limit?: number | undefined; cursor?: string | undefined },
    options?: CallOptions,
  ): Promise<ListPage<PublishedTrack>>
}

export function createTwilioTracks({ page }: TwilioRequests): TwilioTracks {
  return {
    async listPublishedTracks(room, participant, { limit, cursor }, options = {}) {
      const parts = [toPathPart(room, 'roomSid'), toPathPart(participant, 'participant')] as const
      return page(
        { filters: ['published-tracks', room, participant], limit, cursor },
        { room, participant },
        options,
        async ({ rooms }, position) =>
          rooms(parts[0])
            .participants(parts[1])
            .publishedTracks.page(withoutUndefined({ pageSize: limit, ...position })),
        toPublishedTrack,
      )
    },
  }
}

/** Checked, because the SDK passes on whatever it got. @throws ZodError, RangeError or TypeError when it is no track. */
function toPublishedTrack({ sid, participantSid, name, kind, dateCreated }: PublishedTrackInstance): PublishedTrack {
  return PublishedTrackSchema.parse({ sid, participantSid, name, kind, createdAt: toInstant(dateCreated) })
}
