import { useCallback, useMemo, useRef, type RefCallback } from 'react'
import type {
  LocalAudioTrack,
  LocalDataTrack,
  LocalParticipant,
  LocalTrackPublication,
  LocalVideoTrack,
  Participant,
  RemoteAudioTrack,
  RemoteDataTrack,
  RemoteParticipant,
  RemoteTrackPublication,
  RemoteVideoTrack,
} from 'twilio-video'
import { useEmitter } from '../use-emitter.ts'

type LocalTrack = LocalAudioTrack | LocalVideoTrack | LocalDataTrack
type RemoteTrack = RemoteAudioTrack | RemoteVideoTrack | RemoteDataTrack
/** Anything that somebody publishes. */
export type AnyPublication = LocalTrackPublication | RemoteTrackPublication
/** Any of the SDK's tracks. */
export type AnyTrack = LocalTrack | RemoteTrack

/** The result of `useTrack`. */
export type TrackView = {
  /** The SDK's track, once there is one: a remote publication has none until it is subscribed to. */
  track: AnyTrack | MediaStreamTrack | null
  kind: 'audio' | 'video' | 'data' | null
  /** Put it on an `<audio>` or `<video>` element as `ref`: the track plays there while both exist. */
  attach: RefCallback<HTMLMediaElement>
  /** `false` while the publisher has muted it. */
  isEnabled: boolean
  /** `true` while the server sends no media for it, to save bandwidth. */
  isSwitchedOff: boolean
  /** Of the picture, in pixels; `null` until known, and for sound. */
  dimensions: { width: number; height: number } | null
}

/** What a tile needs to show a track: give it a publication, one of the SDK's tracks, or a browser's own. */
export function useTrack(source: AnyPublication | AnyTrack | MediaStreamTrack | null | undefined): TrackView {
  const publication = source != null && 'trackSid' in source ? source : null
  const [published] = useEmitter(publication, PUBLICATION_EVENTS, () => [
    publication?.track ?? null,
    publication?.isTrackEnabled,
  ])
  const track = publication === null ? ((source as AnyTrack | MediaStreamTrack | null | undefined) ?? null) : published
  const ours = track !== null && 'emit' in track ? track : null
  const [isEnabled, isSwitchedOff, width, height] = useEmitter(ours, TRACK_EVENTS, () => readTrack(track, publication))
  const attach = useAttach(track)
  return useMemo(
    () => ({
      track,
      kind: (track?.kind as TrackView['kind'] | undefined) ?? publication?.kind ?? null,
      attach,
      isEnabled,
      isSwitchedOff,
      dimensions: width === null || height === null ? null : { width, height },
    }),
    [track, publication, attach, isEnabled, isSwitchedOff, width, height],
  )
}

/** A participant's publications, in order of publishing. Renders again when one comes, goes, starts, or is muted. */
export function useTracks(participant: LocalParticipant | null | undefined): LocalTrackPublication[]
export function useTracks(participant: RemoteParticipant | null | undefined): RemoteTrackPublication[]
export function useTracks(participant: Participant | null | undefined): AnyPublication[]
export function useTracks(participant: Participant | null | undefined): AnyPublication[] {
  const read = () =>
    ([...(participant?.tracks.values() ?? [])] as AnyPublication[]).flatMap((publication) => [
      publication,
      publication.track?.kind,
      publication.isTrackEnabled,
    ])
  const values = useEmitter(participant, PARTICIPANT_TRACK_EVENTS, read)
  return useMemo(() => values.filter((value) => typeof value === 'object'), [values])
}

/** A ref that plays a track on the element it is put on, and stops when either goes. Works on React 18 and 19. */
function useAttach(track: AnyTrack | MediaStreamTrack | null): RefCallback<HTMLMediaElement> {
  const detach = useRef<(() => void) | null>(null)
  return useCallback(
    (element) => {
      detach.current?.()
      detach.current = element === null || track === null ? null : play(track, element)
    },
    [track],
  )
}

function play(track: AnyTrack | MediaStreamTrack, element: HTMLMediaElement): () => void {
  if ('attach' in track) {
    track.attach(element)
    return () => track.detach(element)
  }
  if (!(track instanceof MediaStreamTrack)) return () => undefined
  element.srcObject = new MediaStream([track])
  element.autoplay = true
  return () => {
    element.srcObject = null
  }
}

function readTrack(track: AnyTrack | MediaStreamTrack | null, publication: AnyPublication | null) {
  const video = track !== null && 'dimensions' in track ? track.dimensions : null
  return [
    publication?.isTrackEnabled ??
      (track === null ? false : 'isEnabled' in track ? track.isEnabled : !('enabled' in track) || track.enabled),
    track !== null && 'isSwitchedOff' in track ? track.isSwitchedOff : false,
    video?.width ?? null,
    video?.height ?? null,
  ] as const
}

const PUBLICATION_EVENTS = ['subscribed', 'unsubscribed', 'trackEnabled', 'trackDisabled']
const TRACK_EVENTS = ['enabled', 'disabled', 'dimensionsChanged', 'started', 'stopped', 'switchedOff', 'switchedOn']
const PARTICIPANT_TRACK_EVENTS = [
  'trackPublished',
  'trackUnpublished',
  'trackSubscribed',
  'trackUnsubscribed',
  'trackEnabled',
  'trackDisabled',
  'trackAdded',
  'trackRemoved',
]
