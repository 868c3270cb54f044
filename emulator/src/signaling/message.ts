import { z } from 'zod'

/*
 * What clients may say inside a `msg` or `hello` frame: Twilio's room signalling protocol, version 2, as
 * `twilio-video` 2.x speaks it. Unknown fields are dropped, so newer clients pass; lists and texts are capped, so that
 * one message cannot be expensive for everyone it is relayed to.
 */

const MAX_SDP_LENGTH = 400_000
const MAX_TRACKS = 256
const MAX_PEER_CONNECTIONS = 128
const MAX_CANDIDATES = 256

const RevisionSchema = z.int().min(0)
const PrioritySchema = z.enum(['low', 'standard', 'high'])
const IdSchema = z.string().min(1).max(128)

/** A client's own session description, or that it has closed the peer connection. */
const ClientDescriptionSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.enum(['offer', 'answer']),
    revision: RevisionSchema,
    // Anything else would be refused by the browser it is relayed to.
    sdp: z.string().startsWith('v=0').max(MAX_SDP_LENGTH),
  }),
  z.object({ type: z.literal('close'), revision: RevisionSchema }),
])

const CandidateSchema = z.object({
  candidate: z.string().max(2048).optional(),
  sdpMid: z.string().max(256).nullish(),
  sdpMLineIndex: z.int().min(0).max(65_535).nullish(),
  usernameFragment: z.string().max(256).nullish(),
})

const IceSchema = z.object({
  ufrag: z.string().max(256).nullish(),
  revision: RevisionSchema,
  candidates: z.array(CandidateSchema).max(MAX_CANDIDATES).optional(),
  complete: z.boolean().optional(),
})

const ClientPeerConnectionSchema = z.object({
  id: IdSchema,
  description: ClientDescriptionSchema.optional(),
  ice: IceSchema.optional(),
})

const LocalTrackSchema = z.object({
  id: IdSchema,
  kind: z.enum(['audio', 'video', 'data']),
  // A longer name is an error of that track, with a code of its own, and not of the message.
  name: z.string().max(65_536),
  enabled: z.boolean().default(true),
  priority: PrioritySchema.nullish(),
})

const LocalParticipantSchema = z.object({
  revision: RevisionSchema,
  tracks: z.array(LocalTrackSchema).max(MAX_TRACKS),
})

const DimensionsSchema = z.object({ width: z.number(), height: z.number() }).optional().catch(undefined)

/** The parts of the SDK's `bandwidthProfile` that mean something here; the rest, and what is malformed, is ignored. */
const BandwidthProfileSchema = z
  .object({
    video: z
      .object({
        mode: z.string().optional().catch(undefined),
        max_tracks: z.number().optional().catch(undefined),
        max_subscription_bandwidth: z.number().optional().catch(undefined),
        track_switch_off: z.string().optional().catch(undefined),
        active_speaker_priority: PrioritySchema.optional().catch(undefined),
        render_dimensions: z
          .object({ high: DimensionsSchema, standard: DimensionsSchema, low: DimensionsSchema })
          .optional()
          .catch(undefined),
      })
      .optional(),
  })
  .transform(({ video }) => ({
    maxTracks: video?.max_tracks,
    maxBitrate: video?.max_subscription_bandwidth,
    speakerPriority: video?.active_speaker_priority,
    maySwitchOff: video?.track_switch_off !== 'disabled',
    isGraded: video?.mode === 'collaboration' || video?.mode === 'presentation',
    renderDimensions: video?.render_dimensions,
  }))
  .optional()
  .catch(undefined)

const PeerConnectionsSchema = z.array(ClientPeerConnectionSchema).max(MAX_PEER_CONNECTIONS).default([])
const SessionIdSchema = z.string().max(256)

const IceMessageSchema = z.object({ type: z.literal('ice'), token: z.unknown().optional() })

const ConnectMessageSchema = z.object({
  type: z.literal('connect'),
  token: z.unknown().optional(),
  name: z.unknown().optional(),
  participant: LocalParticipantSchema,
  peer_connections: PeerConnectionsSchema,
  subscribe: z
    .object({ rules: z.array(z.object({ type: z.enum(['include', 'exclude']), all: z.boolean().optional() })).max(20) })
    .optional(),
  media_signaling: z.record(z.string().max(64), z.unknown()).optional(),
  bandwidth_profile: BandwidthProfileSchema,
})

const SyncMessageSchema = z.object({
  type: z.literal('sync'),
  token: z.unknown().optional(),
  session: SessionIdSchema.nullable(),
  participant: LocalParticipantSchema,
  peer_connections: PeerConnectionsSchema,
})

const UpdateMessageSchema = z.object({
  type: z.literal('update'),
  session: SessionIdSchema.nullable(),
  participant: LocalParticipantSchema.optional(),
  peer_connections: PeerConnectionsSchema,
  bandwidth_profile: BandwidthProfileSchema,
})

const DisconnectMessageSchema = z.object({ type: z.literal('disconnect'), session: SessionIdSchema.nullish() })

export const ClientMessageSchema = z.discriminatedUnion('type', [
  IceMessageSchema,
  ConnectMessageSchema,
  SyncMessageSchema,
  UpdateMessageSchema,
  DisconnectMessageSchema,
])

export type ClientMessage = z.infer<typeof ClientMessageSchema>
export type ConnectMessage = z.infer<typeof ConnectMessageSchema>
export type SyncMessage = z.infer<typeof SyncMessageSchema>
export type LocalParticipantState = z.infer<typeof LocalParticipantSchema>
export type ClientPeerConnection = z.infer<typeof ClientPeerConnectionSchema>
export type Ice = z.infer<typeof IceSchema>
export type SessionDescription = { type: 'offer' | 'answer'; revision: number; sdp: string }

/** What is sent to a client about one of its peer connections. */
export type PeerConnectionState = {
  id: string
  description?: SessionDescription | { type: 'create-offer' | 'close'; revision: number }
  ice?: Ice
}

/** One entry of `RTCConfiguration.iceServers`. */
export type IceServer = { urls: string | string[]; username?: string; credential?: string }
