/// <reference lib="dom" />
import type { RemoteAudioTrack, Room } from 'twilio-video'
import type { Delivery, RoomEvent, Stage } from './stage-types.ts'

/** Runs inside the page, before anything else; it must not refer to anything outside itself. */
export function installStage(): void {
  const peerConnections = new Set<RTCPeerConnection>()
  // A proxy and no subclass: the SDK reads the methods off the prototype.
  window.RTCPeerConnection = new Proxy(window.RTCPeerConnection, {
    construct(target, args: [RTCConfiguration?]) {
      const peerConnection = new target(...args)
      peerConnections.add(peerConnection)
      return peerConnection
    },
  })
  const histories = new WeakMap<Room, RoomEvent[]>()

  /** Of each peer connection: that of the whole, and of ICE and the negotiation, to tell which part is not done. */
  const states = () =>
    [...peerConnections]
      .map((peer) => `${peer.connectionState} (ICE ${peer.iceConnectionState}, ${peer.signalingState})`)
      .join(', ')

  function describe(name: string, args: unknown[]): RoomEvent {
    const event: RoomEvent = { name }
    for (const arg of args) {
      if (arg instanceof Error) event.code = (arg as Error & { code?: number }).code ?? 0
      else if (arg instanceof ArrayBuffer) event.value = [...new Uint8Array(arg)]
      else if (arg === undefined) continue
      else if (typeof arg !== 'object' || arg === null) event.value = arg
      else if ('identity' in arg) event.identity = String(arg.identity)
      else if ('trackName' in arg && 'kind' in arg) {
        event.track = String(arg.trackName)
        event.kind = String(arg.kind)
      } else if ('name' in arg && 'kind' in arg) {
        event.track = String(arg.name)
        event.kind = String(arg.kind)
      }
    }
    return event
  }

  function record(emitter: { emit: (event: string, ...args: unknown[]) => boolean }, prefix: string, to: RoomEvent[]) {
    const emit = emitter.emit.bind(emitter)
    emitter.emit = (name, ...args) => {
      to.push(describe(prefix + name, args))
      return emit(name, ...args)
    }
  }

  /** Plays the pictures that arrive, out of sight: pictures that are seen cost more. */
  function playPictures(room: Room) {
    room.participants.forEach(({ videoTracks }) => videoTracks.forEach(({ track }) => track?.attach()))
    room.on('trackSubscribed', (track) => {
      if (track.kind === 'video') track.attach()
    })
    room.on('trackUnsubscribed', (track) => {
      if (track.kind === 'video') track.detach()
    })
  }

  /**
   * Plays one voice after the other, for a voice that nobody plays is not decoded, and Chromium opens no more than 16
   * sound outputs for all its pages together. One of them may stay silent though packets arrive, so a voice that is not
   * heard for a while is played anew, after the others.
   * @returns what tells, given the deliveries of now, which voices among them have not been heard yet
   */
  function createListener(room: Room) {
    const patienceMs = 4000
    const heard = new Set<string>()
    const turns = new Map<string, number>()
    let current: { first: Delivery; track: RemoteAudioTrack; since: number } | undefined
    return (now: Delivery[]): Delivery[] => {
      if (current) {
        const { first, track, since } = current
        const next = now.find(({ sid }) => sid === first.sid)
        const isHeard = next && next.energy > first.energy && next.samples > first.samples
        if (isHeard) heard.add(first.sid)
        if (isHeard || !next || Date.now() - since > patienceMs) {
          track.detach()
          current = undefined
        }
      }
      const unheard = now.filter(({ kind, sid }) => kind === 'audio' && !heard.has(sid))
      const [first] = unheard.toSorted((one, other) => (turns.get(one.sid) ?? 0) - (turns.get(other.sid) ?? 0))
      if (!current && first) {
        turns.set(first.sid, (turns.get(first.sid) ?? 0) + 1)
        const publications = [...room.participants.values()].map(({ audioTracks }) => audioTracks.get(first.sid))
        const track = publications.find((publication) => publication)?.track
        track?.attach()
        if (track) current = { first, track, since: Date.now() }
      }
      return unheard
    }
  }

  const stage: Stage = {
    defaults: {},

    async connect(token, options = {}) {
      const tracks = options.audio || options.video ? {} : { tracks: [] }
      const room = await window.Twilio.Video.connect(token, {
        ...stage.defaults,
        ...tracks,
        ...options,
      })
      const history: RoomEvent[] = []
      histories.set(room, history)
      record(room, '', history)
      record(room.localParticipant, 'local.', history)
      playPictures(room)
      return room
    },

    async refusal(token, options) {
      try {
        const room = await stage.connect(token, options)
        room.disconnect()
        return `connected to ${room.name}`
      } catch (error) {
        return (error as { code?: number }).code ?? String(error)
      }
    },

    events: (room) => histories.get(room) ?? [],

    sights: (room) =>
      [...room.participants.values()]
        .map(({ identity, sid, state, tracks }) => ({
          identity,
          sid,
          state,
          tracks: [...tracks.values()]
            .map((publication) => ({
              name: publication.trackName,
              sid: publication.trackSid,
              kind: publication.kind,
              enabled: publication.isTrackEnabled,
              subscribed: publication.isSubscribed,
              priority: publication.publishPriority,
            }))
            .sort((one, other) => (one.sid < other.sid ? -1 : 1)),
        }))
        .sort((one, other) => (one.identity < other.identity ? -1 : 1)),

    async deliveries(room) {
      const received = new Map<string, RTCInboundRtpStreamStats>()
      for (const peerConnection of peerConnections) {
        if (peerConnection.connectionState === 'closed') {
          peerConnections.delete(peerConnection)
          continue
        }
        for (const stats of (await peerConnection.getStats()).values() as Iterable<RTCInboundRtpStreamStats>) {
          if (stats.type === 'inbound-rtp') received.set(stats.trackIdentifier, stats)
        }
      }
      return [...room.participants.values()].flatMap(({ identity, tracks }) =>
        [...tracks.values()].flatMap((publication): Delivery[] => {
          const { track, isTrackEnabled, trackName, trackSid, kind } = publication
          if (!isTrackEnabled || kind === 'data') return []
          const stats = track && 'mediaStreamTrack' in track ? received.get(track.mediaStreamTrack.id) : undefined
          return [
            {
              identity,
              track: trackName,
              sid: trackSid,
              kind,
              frames: stats?.framesDecoded ?? 0,
              energy: stats?.totalAudioEnergy ?? 0,
              samples: stats?.totalSamplesReceived ?? 0,
              packets: stats?.packetsReceived ?? 0,
            },
          ]
        }),
      )
    },

    async until(what, check, deadlineMs = 60_000) {
      const deadline = Date.now() + deadlineMs
      for (;;) {
        const value = await check()
        if (value) return value
        if (Date.now() > deadline) throw new Error(`waited ${deadlineMs} ms in vain for ${what}`)
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    },

    async event(room, name, match = {}, deadlineMs) {
      const wanted = Object.entries(match)
      const find = () =>
        stage
          .events(room)
          .find(
            (event) => event.name === name && wanted.every(([key, value]) => event[key as keyof RoomEvent] === value),
          )
      try {
        return await stage.until(`${name} ${JSON.stringify(match)}`, find, deadlineMs)
      } catch (error) {
        throw new Error(`${(error as Error).message}; saw ${JSON.stringify(stage.events(room))}`, { cause: error })
      }
    },

    async flowing(room, identities, deadlineMs) {
      const describe = ({ kind, track, identity }: Delivery) => `${kind} "${track}" of ${identity}`
      const before = new Map<string, Delivery>()
      const listen = createListener(room)
      let missing: string[] = []
      const check = async () => {
        // Statistics are dear: asked for without a pause, they would take the processor from the call.
        await new Promise((resolve) => setTimeout(resolve, 200))
        const now = (await stage.deliveries(room)).filter(({ identity }) => identities.includes(identity))
        const unseen = now.filter((delivery) => {
          if (delivery.kind !== 'video') return false
          const first = before.get(delivery.sid)
          if (!first) before.set(delivery.sid, delivery)
          return !first || delivery.frames <= first.frames + 1
        })
        const present = new Set([...room.participants.values()].map(({ identity }) => identity))
        missing = [
          ...identities.filter((identity) => !present.has(identity)),
          ...unseen.map(describe),
          ...listen(now).map(describe),
        ]
        return missing.length === 0 ? now : undefined
      }
      try {
        return await stage.until('media', check, deadlineMs)
      } catch (error) {
        const message = `nothing flows from ${missing.join(', ')}; peer connections: ${states()}`
        throw new Error(`${message}; events ${JSON.stringify(stage.events(room))}`, { cause: error })
      }
    },

    async reached(room, identities, deadlineMs = 120_000) {
      const before = new Map<string, number>()
      const silent = new Set(identities)
      const check = async () => {
        await new Promise((resolve) => setTimeout(resolve, 1000))
        for (const { identity, sid, packets } of await stage.deliveries(room)) {
          const first = before.get(sid)
          if (first === undefined) before.set(sid, packets)
          else if (packets > first) silent.delete(identity)
        }
        return silent.size === 0
      }
      try {
        await stage.until('media', check, deadlineMs)
      } catch (error) {
        const message = `${room.localParticipant.identity} gets nothing from ${[...silent].join(', ')}`
        throw new Error(`${message}; peer connections: ${states()}`, { cause: error })
      }
    },

    remote: (room, identity) =>
      stage.until(`the participant ${identity}`, () =>
        [...room.participants.values()].find((participant) => participant.identity === identity),
      ),
  }
  window.stage = stage
}
