import { randomBytes } from 'node:crypto'
import type { Signaling } from './signaling/signaling.ts'
import {
  disconnectParticipant,
  joinRoom,
  publishTrack,
  unpublishTrack,
  updateTrack,
  type ParticipantStatus,
  type State,
  type TrackKind,
} from './state/index.ts'

/** A track that a bot publishes; nothing is sent over it. */
export type BotTrack = { kind: TrackKind; name: string }

/** Who a bot is, and where it goes. */
export type BotOptions = {
  /** The room by name or SID; made if it does not exist and ad-hoc rooms are allowed. */
  room: string
  /** Default: `bot-` and random digits. */
  identity?: string
  /** What it publishes from the start. Default nothing. */
  tracks?: readonly BotTrack[]
}

/**
 * A participant without a browser: others see it come, publish and leave, and REST lists it like anyone. It has no
 * media, so browsers make no peer connection to it and are not subscribed to its tracks.
 */
export type Bot = {
  readonly sid: string
  readonly roomSid: string
  readonly identity: string
  /** `disconnected` as well once it was removed, replaced, or the room has ended. */
  readonly status: ParticipantStatus
  /** Publishes a track and returns its SID. @throws TwilioError as `publishTrack` */
  publish(track: BotTrack): string
  /** Takes the track of that name back, if there is one. */
  unpublish(name: string): void
  /** Enables or disables the track of that name, if there is one. */
  setEnabled(name: string, enabled: boolean): void
  leave(): void
}

/** What bots act on. */
export type BotStage = { state: State; signaling: Pick<Signaling, 'batch'> }

/** @throws TwilioError as `joinRoom` and `publishTrack`; nothing of the bot remains then */
export function addBot({ state, signaling }: BotStage, options: BotOptions): Bot {
  const { room, identity = `bot-${randomBytes(6).toString('hex')}`, tracks = [] } = options
  const participant = signaling.batch(() => {
    const joined = joinRoom(state, room, { identity })
    try {
      for (const track of tracks) publishTrack(state, joined, track)
    } catch (error) {
      disconnectParticipant(state, joined, 'left')
      throw error
    }
    return joined
  })

  return {
    sid: participant.sid,
    roomSid: participant.room.sid,
    identity,
    get status() {
      return participant.status
    },
    publish: (track) => publishTrack(state, participant, track).sid,
    unpublish(name) {
      const track = participant.tracksByName.get(name)
      if (track) unpublishTrack(state, track)
    },
    setEnabled(name, enabled) {
      const track = participant.tracksByName.get(name)
      if (track) updateTrack(state, track, { enabled })
    },
    leave: () => disconnectParticipant(state, participant, 'left'),
  }
}
