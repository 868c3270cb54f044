import { TwilioError } from '../errors.ts'
import { cancelTimers, hasMediaServer, type Room, type RoomSettings, type RoomType, type Rule } from './entities.ts'
import { checkRoomName } from './name.ts'
import { retainRoom } from './retention.ts'
import type { State } from './state.ts'
import { endSession } from './end-session.ts'
import { createTranscription, stopTranscription } from './transcriptions.ts'

const MINUTE_MS = 60_000
/** No room lives longer. Source: Twilio "Understanding Video Rooms". */
const MAX_ROOM_LIFE_MS = 24 * 60 * MINUTE_MS

/** Most participants by type. Source: Twilio "Legacy Room Types". */
export const MAX_PARTICIPANTS: Record<RoomType, number> = { group: 50, 'group-small': 4, 'peer-to-peer': 10, go: 2 }

export type CreateRoomOptions = {
  /** Default: the room's own SID. */
  name?: string
  /** What is left out takes Twilio's default for the room's type. */
  settings?: Partial<RoomSettings>
  recordingRules?: readonly Rule[]
  /** How to transcribe, if the settings say so. */
  transcriptionConfiguration?: Readonly<Record<string, string>>
}

/**
 * Creates a room in progress. It ends by `completeRoom`, 24 hours later, or when its timeouts say so.
 * @throws TwilioError 53100–53102 for the name, 53113 when a room in progress has it
 */
export function createRoom(state: State, options: CreateRoomOptions = {}): Room {
  const { name } = options
  if (name !== undefined) {
    checkRoomName(name)
    if (state.roomsByName.has(name)) throw new TwilioError(53113)
  }
  const sid = state.createSid('RM')
  const now = state.clock.now()
  const room: Room = {
    sid,
    accountSid: state.accountSid,
    name: name ?? sid,
    settings: {
      ...defaultSettings(options.settings?.type ?? 'group', options.settings?.largeRoom),
      ...options.settings,
    },
    ordinal: state.nextOrdinal(),
    createdAt: now,
    status: 'in-progress',
    updatedAt: now,
    endedAt: null,
    participants: new Map(),
    connected: new Map(),
    tracks: new Map(),
    recordingRules: options.recordingRules ?? null,
    recordingRulesUpdatedAt: null,
    activeRecordings: new Map(),
    recordings: new Map(),
    transcription: null,
    timers: { life: null, vacancy: null },
  }
  state.rooms.set(sid, room)
  state.roomsByName.set(room.name, room)
  if (room.settings.transcribeParticipantsOnConnect) {
    createTranscription(state, room, options.transcriptionConfiguration)
  }
  room.timers.life = state.clock.setTimer(MAX_ROOM_LIFE_MS, () => completeRoom(state, room))
  if (room.settings.unusedRoomTimeoutMinutes > 0) awaitEntry(state, room, room.settings.unusedRoomTimeoutMinutes)
  state.announce({ type: 'room-created', room })
  return room
}

/** Ends a room: everyone inside is disconnected, their tracks and recordings end. One that is over is left alone. */
export function completeRoom(state: State, room: Room): void {
  if (room.status === 'completed') return
  const now = state.clock.now()
  // First of all, so that no listener of the disconnects can connect again.
  room.status = 'completed'
  room.endedAt = now
  room.updatedAt = now
  cancelTimers(room.timers)
  state.roomsByName.delete(room.name)
  for (const participant of room.connected.values()) endSession(state, participant, 'room-completed')
  stopTranscription(state, room)
  state.announce({ type: 'room-completed', room })
  retainRoom(state, room)
}

/** A room by SID, whatever its status, or by name while it is in progress. */
export function findRoom(state: State, nameOrSid: string): Room | undefined {
  return state.rooms.get(nameOrSid) ?? state.roomsByName.get(nameOrSid)
}

/** After the last participant has left: a room without an empty timeout ends, another waits for its timeout. */
export function awaitReturn(state: State, room: Room): void {
  const { emptyRoomTimeoutMinutes } = room.settings
  if (emptyRoomTimeoutMinutes === 0) completeRoom(state, room)
  else awaitEntry(state, room, emptyRoomTimeoutMinutes)
}

function awaitEntry(state: State, room: Room, minutes: number): void {
  room.timers.vacancy = state.clock.setTimer(minutes * MINUTE_MS, () => completeRoom(state, room))
}

/** Source: Twilio "Rooms resource"; the number of tracks as real rooms report it. */
function defaultSettings(type: RoomType, largeRoom = false): RoomSettings {
  return {
    type,
    maxParticipants: MAX_PARTICIPANTS[type],
    maxParticipantDurationSeconds: 14_400,
    emptyRoomTimeoutMinutes: 5,
    unusedRoomTimeoutMinutes: 5,
    maxConcurrentPublishedTracks: !hasMediaServer(type) ? 0 : largeRoom ? 16 : 170,
    mediaRegion: 'us1',
    videoCodecs: ['VP8', 'H264'],
    audioOnly: false,
    largeRoom,
    recordParticipantsOnConnect: false,
    transcribeParticipantsOnConnect: false,
    statusCallback: null,
    statusCallbackMethod: 'POST',
  }
}
