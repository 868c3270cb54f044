import { randomUUID } from 'node:crypto'
import type { RTCDataChannel, RTCPeerConnection } from 'werift'
import type { ClientPeerConnection, Ice, PeerConnectionState, SessionDescription } from '../message.ts'

/** What a client's media peer reports. */
export type MediaPeerEvents = {
  /** To the client, over signalling. */
  send(state: PeerConnectionState): void
  /** A message on one of the channels; `ready` is the first. */
  onMessage(channel: string, message: unknown): void
  /** One audio packet's loudness, in decibels below the loudest possible: 0 to 127, which is silence. */
  onAudioLevel(decibelsBelowFull: number): void
}

/**
 * Only addresses of this machine. Left to itself, werift asks a STUN server of Google's for more before each description,
 * and waits for up to five seconds where there is none to be reached. It cannot do without a server, so it gets a
 * port of this machine at which nothing listens, and does not wait.
 */
export const HOST_CANDIDATES_ONLY = {
  iceServers: [{ urls: 'stun:127.0.0.1:9' }],
  iceStunGatherTimeout: 0,
  iceAdditionalHostAddresses: ['127.0.0.1'],
  iceUseIpv6: false,
}

/** SCTP would take much more; no message of these channels comes near. */
const MAX_MESSAGE_LENGTH = 65_536

/**
 * The emulator's own end of one more peer connection of a client, for what the protocol carries on data channels only:
 * the dominant speaker and the network quality. Of the client's audio it reads nothing but the level in the packets'
 * headers; video is declined.
 */
export class MediaPeer {
  readonly id = randomUUID()
  readonly #events: MediaPeerEvents
  readonly #channels: Map<string, string>
  #connection: RTCPeerConnection | null = null
  #openChannels = new Map<string, RTCDataChannel>()
  #description: SessionDescription | undefined
  #candidates = 0
  #ufrag: string | null | undefined
  /** Descriptions are taken one after the other. */
  #work: Promise<void> = Promise.resolve()
  #isClosed = false

  /** @param channels labels by channel */
  constructor(channels: Map<string, string>, events: MediaPeerEvents) {
    this.#channels = channels
    this.#events = events
  }

  /** Makes the first offer. */
  start(): void {
    this.#enqueue(async () => {
      const { RTCPeerConnection, useAudioLevelIndication, useH264, useOPUS, useVP8 } = await import('werift')
      if (this.#isClosed) return
      const connection = new RTCPeerConnection({
        // Video is declined, but with a codec: by the answer's the SDK tells whether simulcast is to be had.
        codecs: { audio: [useOPUS()], video: [useVP8(), useH264()] },
        headerExtensions: { audio: [useAudioLevelIndication()] },
        ...HOST_CANDIDATES_ONLY,
        iceUseTcp: false,
        iceTcpPassive: false,
      })
      this.#connection = connection
      for (const [channel, label] of this.#channels) this.#openChannel(connection, channel, label)
      connection.onTrack.subscribe((track) => {
        if (track.kind !== 'audio') return
        track.onReceiveRtp.subscribe((_packet, extensions) => {
          const indication: unknown = extensions?.[AUDIO_LEVEL]
          if (isAudioLevel(indication)) this.#events.onAudioLevel(indication.level)
        })
      })
      await connection.setLocalDescription(await connection.createOffer())
      this.#sendDescription('offer', 1)
    })
  }

  receive({ description, ice }: ClientPeerConnection): void {
    if (ice) this.#enqueue(() => this.#addCandidates(ice))
    if (description?.type === 'answer' || description?.type === 'offer') this.#enqueue(() => this.#take(description))
  }

  /** Sends a message on a channel; it is dropped while the channel is not open. */
  sendMessage(channel: string, message: object): void {
    const open = this.#openChannels.get(channel)
    if (open?.readyState === 'open') open.send(JSON.stringify(message))
  }

  isOpen(channel: string): boolean {
    return this.#openChannels.get(channel)?.readyState === 'open'
  }

  /** What the client must be sent again after it has lost its socket; `null` when nothing. */
  replay(): PeerConnectionState | null {
    return this.#description ? { id: this.id, description: this.#description } : null
  }

  /** Resolves when all that was received until now has been dealt with. */
  settled(): Promise<void> {
    return this.#work
  }

  close(): void {
    this.#isClosed = true
    void this.#connection?.close().catch(() => {})
    this.#connection = null
  }

  #openChannel(connection: RTCPeerConnection, channel: string, label: string): void {
    const dataChannel = connection.createDataChannel(label)
    dataChannel.onMessage.subscribe((data) => {
      if (data.length > MAX_MESSAGE_LENGTH) return
      try {
        this.#events.onMessage(channel, JSON.parse(data.toString()))
      } catch {
        // Not JSON: ignored.
      }
    })
    this.#openChannels.set(channel, dataChannel)
  }

  async #take({ type, revision, sdp }: SessionDescription): Promise<void> {
    const connection = this.#connection
    if (connection === null) return
    await connection.setRemoteDescription({ type, sdp })
    if (type === 'answer') return
    // Listening to audio is all; but an m-line that is refused outright would break the client's next unpublish.
    for (const transceiver of connection.getTransceivers()) {
      transceiver.setDirection(transceiver.kind === 'audio' ? 'recvonly' : 'inactive')
    }
    await connection.setLocalDescription(await connection.createAnswer())
    this.#sendDescription('answer', revision)
  }

  async #addCandidates({ ufrag, candidates = [] }: Ice): Promise<void> {
    if (ufrag !== this.#ufrag) this.#candidates = 0
    this.#ufrag = ufrag
    // Each message repeats the candidates of those before it.
    const fresh = candidates.slice(this.#candidates)
    this.#candidates = Math.max(this.#candidates, candidates.length)
    for (const candidate of fresh) {
      await this.#connection?.addIceCandidate({
        candidate: candidate.candidate ?? '',
        sdpMid: candidate.sdpMid ?? undefined,
        sdpMLineIndex: candidate.sdpMLineIndex ?? undefined,
      })
    }
  }

  #sendDescription(type: 'offer' | 'answer', revision: number): void {
    const sdp = this.#connection?.localDescription?.sdp
    if (this.#isClosed || sdp === undefined) return
    this.#description = { type, revision, sdp }
    this.#events.send({ id: this.id, description: this.#description })
  }

  /** A description that cannot be used harms only the client that sent it: its channels do not open. */
  #enqueue(step: () => Promise<void>): void {
    this.#work = this.#work.then(step).catch(() => {})
  }
}

const AUDIO_LEVEL = 'urn:ietf:params:rtp-hdrext:ssrc-audio-level'

function isAudioLevel(value: unknown): value is { level: number } {
  return typeof value === 'object' && value !== null && 'level' in value && typeof value.level === 'number'
}
