import type { JSHandle, Page } from 'playwright-core'
import type { Room } from 'twilio-video'
import type { Delivery, RoomEvent, Sight, StageOptions } from './stage-types.ts'

type PlainOptions =
  | 'automaticSubscription'
  | 'bandwidthProfile'
  | 'dominantSpeaker'
  | 'iceServers'
  | 'insights'
  | 'networkQuality'
  | 'notifyWarnings'
  | 'receiveTranscriptions'

/** Those options of `connect` that can be handed into a page. Nothing is published unless asked for. */
export type JoinOptions = Pick<StageOptions, PlainOptions> & {
  room?: string
  audio?: boolean
  /** A small picture, now and then; or another. */
  video?: boolean | typeof smallVideo
}

/** One participant: the Room that the SDK gave to a page, driven from outside the page. */
export type Caller = {
  identity: string
  sid: string
  page: Page
  room: JSHandle<Room>
  state: () => Promise<string>
  events: (name?: string) => Promise<RoomEvent[]>
  /** Waits until the Room has emitted such an event since it connected. */
  event: (name: string, match?: Partial<RoomEvent>, deadlineMs?: number) => Promise<RoomEvent>
  /** The other participants, by identity, as this one sees them. */
  sights: () => Promise<Sight[]>
  /** Waits until each of these participants is there, and each enabled track of theirs brings new frames or sound. */
  flowing: (identities: string[], deadlineMs?: number) => Promise<Delivery[]>
  /** Waits until something arrives from each of these participants, on any of their tracks. */
  reached: (identities: string[]) => Promise<void>
  /** Publishes a new track from a pretend device, or a data track; gives its sid. */
  publish: (kind: 'audio' | 'video' | 'data', name: string) => Promise<string>
  unpublish: (name: string) => Promise<void>
  enable: (name: string, enabled: boolean) => Promise<void>
  leave: () => Promise<void>
}

const smallVideo = { width: 160, height: 120, frameRate: 2 }
/** A beep needs no cleaning, which would be the dearest part of a call. */
const plainAudio = { echoCancellation: false, noiseSuppression: false, autoGainControl: false, channelCount: 1 }

export async function joinRoom(
  page: Page,
  token: string,
  identity: string,
  { room: name, audio, video, ...options }: JoinOptions,
): Promise<Caller> {
  const stageOptions = {
    ...options,
    audio: audio ? plainAudio : false,
    video: video === true ? smallVideo : (video ?? false),
    name,
  }
  const room = await page.evaluateHandle(([token, options]) => window.stage.connect(token, options), [
    token,
    stageOptions,
  ] as const)
  return {
    identity,
    sid: await room.evaluate(({ localParticipant }) => localParticipant.sid),
    page,
    room,
    state: () => room.evaluate(({ state }) => state),
    events: (name) =>
      room.evaluate((room, name) => window.stage.events(room).filter((event) => !name || event.name === name), name),
    event: (name, match = {}, deadlineMs) =>
      room.evaluate((room, [name, match, deadlineMs]) => window.stage.event(room, name, match, deadlineMs), [
        name,
        match,
        deadlineMs,
      ] as const),
    sights: () => room.evaluate((room) => window.stage.sights(room)),
    flowing: (identities, deadlineMs) =>
      room.evaluate((room, [identities, deadlineMs]) => window.stage.flowing(room, identities, deadlineMs), [
        identities,
        deadlineMs,
      ] as const),
    reached: (identities) => room.evaluate((room, identities) => window.stage.reached(room, identities), identities),
    publish: (kind, name) =>
      room.evaluate(
        async ({ localParticipant }, [kind, name, plainAudio, smallVideo]) => {
          const { createLocalAudioTrack, createLocalVideoTrack, LocalDataTrack } = window.Twilio.Video
          const create = {
            audio: () => createLocalAudioTrack({ ...plainAudio, name }),
            video: () => createLocalVideoTrack({ ...smallVideo, name }),
            data: () => new LocalDataTrack({ name }),
          }
          const track = await create[kind]()
          const publication = await localParticipant.publishTrack(track)
          return publication.trackSid
        },
        [kind, name, plainAudio, smallVideo] as const,
      ),
    unpublish: (name) =>
      room.evaluate(({ localParticipant }, name) => {
        const publication = [...localParticipant.tracks.values()].find(({ trackName }) => trackName === name)
        if (!publication) throw new Error(`${localParticipant.identity} has no track ${name}`)
        publication.unpublish()
        if (publication.track.kind !== 'data') (publication.track as { stop(): unknown }).stop()
      }, name),
    enable: (name, enabled) =>
      room.evaluate(
        ({ localParticipant }, [name, enabled]) => {
          const publication = [...localParticipant.tracks.values()].find(({ trackName }) => trackName === name)
          if (!publication || publication.track.kind === 'data') throw new Error(`no media track ${name}`)
          const track = publication.track as { enable(enabled: boolean): unknown }
          track.enable(enabled)
        },
        [name, enabled] as const,
      ),
    leave: () =>
      room.evaluate((room) => {
        room.disconnect()
        room.localParticipant.tracks.forEach(({ track }) => {
          if (track.kind !== 'data') (track as unknown as { stop(): void }).stop()
        })
      }),
  }
}
