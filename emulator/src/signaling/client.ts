import { checkRoomGrant, type AccessToken } from '../access-token.ts'
import { TwilioError } from '../errors.ts'
import {
  disconnectParticipant,
  EXCLUDE_ALL,
  findRoom,
  hasMediaServer,
  INCLUDE_ALL,
  joinRoom,
  markReconnected,
  markReconnecting,
} from '../state/index.ts'
import type { Connection, ConnectionHandler } from './socket/connection.ts'
import { ClientMessageSchema, type ClientMessage, type ConnectMessage, type SyncMessage } from './message.ts'
import { mediaRegionOf } from './region.ts'
import type { Registry } from './registry.ts'
import { formatError } from './server-message.ts'
import type { Session } from './session.ts'

/** What the clients of one emulator share. */
export type ClientContext = {
  registry: Registry
  verifyAccessToken: (token: unknown) => AccessToken
  /** What `RTCConfiguration.iceServers` a client gets. */
  iceServers: () => readonly unknown[]
  sessionTimeoutSeconds: number
  signalingRegion: string
  reportError: (error: unknown) => void
}

/**
 * The other end of one connection: it responds to each of the client's requests, if only with an error. An error
 * ends the client's session, as the SDK expects.
 */
export function createClient(connection: Connection, context: ClientContext): ConnectionHandler {
  const { registry } = context
  const { state } = registry
  let session: Session | null = null

  function handle(message: ClientMessage): void {
    switch (message.type) {
      case 'ice':
        verify(message.token)
        return reply({ type: 'iced', ice_servers: context.iceServers() })
      case 'connect':
        return connect(message)
      case 'sync':
        return sync(message)
      case 'disconnect':
        if (session) disconnectParticipant(state, session.participant, 'left')
        else connection.finish()
        return
      case 'update': {
        const current = session
        if (current === null || message.session !== current.id) throw new TwilioError(53204)
        const { participant } = message
        if (participant && registry.batch(() => current.publications.apply(participant))) current.sendPublished()
        for (const peerConnection of message.peer_connections) current.receive(peerConnection)
        if (message.bandwidth_profile) current.setBandwidthProfile(message.bandwidth_profile)
        return
      }
    }
  }

  function verify(token: unknown): AccessToken {
    const verified = context.verifyAccessToken(token)
    connection.authorize()
    return verified
  }

  function connect(message: ConnectMessage): void {
    if (session) throw new TwilioError(53004)
    const token = verify(message.token)
    const name = readRoomName(message.name) ?? token.room
    // Before anything is made: a token must not create a room that it does not open.
    const existing = name === null ? undefined : findRoom(state, name)
    checkRoomGrant(token, existing ?? { sid: '', name: name ?? '' })

    registry.batch(() => {
      const isExcluded = message.subscribe?.rules.at(-1)?.type === 'exclude'
      const participant = joinRoom(state, name, {
        identity: token.identity,
        subscribeRules: isExcluded ? EXCLUDE_ALL : INCLUDE_ALL,
      })
      const joined = registry.open(participant, connection)
      session = joined
      joined.publications.apply(message.participant)
      const { room } = participant
      const channels = joined.join(message)
      const isServed = hasMediaServer(room.settings.type)
      joined.sendFullState(
        fieldsOf({
          type: 'connected',
          session: joined.id,
          sid: room.sid,
          name: room.name,
          options: {
            session_timeout: context.sessionTimeoutSeconds,
            signaling_region: context.signalingRegion,
            media_region: isServed ? mediaRegionOf(room.settings.mediaRegion) : undefined,
            audio_processors: isServed ? AUDIO_PROCESSORS : undefined,
          },
          participant: { sid: participant.sid, identity: participant.identity },
          media_signaling: channels ?? undefined,
        }),
      )
    })
  }

  function sync(message: SyncMessage): void {
    const token = verify(message.token)
    const found = registry.find(message.session)
    if (found === undefined || found.participant.identity !== token.identity) {
      const disconnectMessage = registry.takeDisconnectMessage(message.session)
      if (disconnectMessage === null) throw new TwilioError(53204)
      reply(disconnectMessage)
      return connection.finish()
    }
    if (session !== null && session !== found) throw new TwilioError(53004)
    checkRoomGrant(token, found.participant.room)

    if (found.connection !== connection) {
      found.connection?.close(4000, 'The session has moved to another connection')
      // It may be back before its loss was noticed; the others expect both events.
      markReconnecting(state, found.participant)
      registry.attach(found, connection)
      session = found
    }
    registry.batch(() => {
      markReconnected(state, found.participant)
      found.publications.apply(message.participant)
      found.sendFullState(
        fieldsOf({ type: 'synced', participant: { sid: found.participant.sid, identity: token.identity } }),
        found.resync(message.peer_connections),
      )
    })
    // The client's last messages may have been lost with its old socket.
    for (const peerConnection of message.peer_connections) found.receive(peerConnection)
    found.recover()
  }

  function reply(message: object): void {
    connection.send(JSON.stringify(message))
  }

  function fail(error: TwilioError): void {
    reply(formatError(error))
    connection.finish()
    if (session) disconnectParticipant(state, session.participant, 'left')
  }

  return {
    onMessage(body) {
      const message = ClientMessageSchema.safeParse(body)
      if (!message.success) return fail(new TwilioError(53004))
      try {
        handle(message.data)
      } catch (error) {
        if (!(error instanceof TwilioError)) context.reportError(error)
        fail(error instanceof TwilioError ? error : new TwilioError(20500))
      }
    },
    onClose(clean) {
      if (session === null || session.connection !== connection) return
      if (clean) disconnectParticipant(state, session.participant, 'left')
      else registry.detach(session)
    },
  }
}

/** Noise cancellation that the SDK may load, as the real service allows it. */
const AUDIO_PROCESSORS = ['krisp']

/** `null` or nothing: the client leaves the choice to the token, or to us. */
function readRoomName(name: unknown): string | null {
  if (name === null || name === undefined || name === '') return null
  if (typeof name !== 'string') throw new TwilioError(53100)
  return name
}

/** The fields of a message that others are added to. */
function fieldsOf(message: object): string {
  return JSON.stringify(message).slice(1, -1)
}
