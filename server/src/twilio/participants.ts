import { ParticipantSchema, isParticipantSid, type ListParticipantsInput, type Participant } from '@roomkey/shared'
import type { ParticipantInstance, ParticipantListInstance } from 'twilio/lib/rest/video/v1/room/participant.js'
import { toInstant, toInstantOrNull } from './instant.ts'
import { fitsPath, toPathPart } from './path.ts'
import type { Sdk } from './sdk.ts'
import { withoutUndefined, type CallOptions, type ListPage, type TwilioRequests } from './requests.ts'
import { toNotFoundError } from './twilio-error.ts'

/** Of those who are inside: also whoever has lost their connection for a moment, whom Twilio lists apart. */
const INSIDE_STATUSES = ['connected', 'reconnecting'] as const

type ParticipantQuery = Omit<ListParticipantsInput, 'roomSid'> & { identity?: string }

/** Participants at Twilio. `participant` is a SID, or an identity while connected. */
export type TwilioParticipants = {
  getParticipant(room: string, participant: string, options?: CallOptions): Promise<Participant>
  listParticipants(room: string, query: ParticipantQuery, options?: CallOptions): Promise<ListPage<Participant>>
  removeParticipant(room: string, participant: string, options?: CallOptions): Promise<Participant>
  /** As `removeParticipant`, by an identity alone, though it may look like a SID. */
  removeIdentity(room: string, identity: string, options?: CallOptions): Promise<Participant>
  /** Makes Twilio forget who a participant was, by their SID; once they have left. */
  anonymizeParticipant(room: string, participantSid: string, options?: CallOptions): Promise<void>
}

export function createTwilioParticipants({ read, update, page }: TwilioRequests): TwilioParticipants {
  async function remove(room: string, participant: string, isSid: boolean, options: CallOptions = {}) {
    const part = toPathPart(room, 'roomSid')
    return update(
      { room, participant },
      options,
      async ({ rooms }) => {
        const { participants } = rooms(part)
        const found = await findPathPart(participants, room, participant, isSid)
        return toParticipant(await participants(found).update({ status: 'disconnected' }))
      },
      async ({ rooms }) => findRemoved(rooms(part).participants, participant, isSid),
    )
  }

  return {
    async getParticipant(room, participant, options = {}) {
      const part = toPathPart(room, 'roomSid')
      return read(['participant', room, participant], { room, participant }, options, async ({ rooms }) => {
        const { participants } = rooms(part)
        return toParticipant(await participants(await findPathPart(participants, room, participant)).fetch())
      })
    },
    async listParticipants(room, { limit, cursor, ...filters }, options = {}) {
      const { status, identity } = filters
      const part = toPathPart(room, 'roomSid')
      return page(
        { filters: ['participants', room, status, ...(identity === undefined ? [] : [identity])], limit, cursor },
        { room },
        options,
        async ({ rooms }, position) =>
          rooms(part).participants.page(withoutUndefined({ ...filters, pageSize: limit, ...position })),
        toParticipant,
      )
    },
    removeParticipant: (room, participant, options) =>
      remove(room, participant, isParticipantSid(participant), options),
    removeIdentity: (room, identity, options) => remove(room, identity, false, options),
    async anonymizeParticipant(room, participant, options = {}) {
      const parts = [toPathPart(room, 'roomSid'), toPathPart(participant, 'participant')] as const
      const anonymize = async ({ rooms }: Sdk) => {
        await rooms(parts[0]).participants(parts[1]).anonymize().update()
      }
      await update({ room, participant }, options, anonymize, async () => undefined)
    },
  }
}

/**
 * What names a participant in a path. One whose identity no path can hold, or that Twilio would take for the SID it looks
 * like, is found in the list, by their SID.
 * @throws VideoError `PARTICIPANT_NOT_FOUND`
 */
async function findPathPart(
  participants: ParticipantListInstance,
  room: string,
  participant: string,
  isSid = isParticipantSid(participant),
): Promise<string> {
  if (isSid || (fitsPath(participant) && !isParticipantSid(participant))) return encodeURIComponent(participant)
  for (const status of INSIDE_STATUSES) {
    // One after the other: hardly anybody is in the second list.
    const { instances } = await participants.page({ identity: participant, status, pageSize: 1 })
    if (instances[0] !== undefined) return instances[0].sid
  }
  throw toNotFoundError({ room, participant })
}

/** A participant who is disconnected; one who is known by their identity is found in the list only. */
async function findRemoved(
  participants: ParticipantListInstance,
  participant: string,
  isSid: boolean,
): Promise<Participant | undefined> {
  const found = isSid
    ? await participants(participant).fetch()
    : (await participants.page({ identity: participant, status: 'disconnected', pageSize: 1 })).instances[0]
  return found?.status === 'disconnected' ? toParticipant(found) : undefined
}

/**
 * The SDK's participant without its links and account. Checked, because the SDK passes on whatever it got.
 * @throws ZodError, RangeError or TypeError when it is not a participant.
 */
function toParticipant(participant: ParticipantInstance): Participant {
  return ParticipantSchema.parse({
    sid: participant.sid,
    roomSid: participant.roomSid,
    identity: participant.identity,
    status: participant.status,
    joinedAt: toInstant(participant.startTime ?? participant.dateCreated),
    leftAt: toInstantOrNull(participant.endTime),
    duration: participant.duration ?? null,
  })
}
