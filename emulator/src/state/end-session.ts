import type { DisconnectReason } from './change.ts'
import { cancelTimers, type Participant } from './entities.ts'
import { announcingRecordingState, stopRecording } from './recordings.ts'
import { retainParticipant } from './retention.ts'
import type { State } from './state.ts'

/**
 * Ends a participant's session, with their tracks and recordings; the caller decides what that means for the room. Does
 * nothing for a participant who has left.
 */
export function endSession(state: State, participant: Participant, reason: DisconnectReason): void {
  if (participant.status === 'disconnected') return
  const { room } = participant
  const now = state.clock.now()
  participant.status = 'disconnected'
  participant.endedAt = now
  participant.updatedAt = now
  cancelTimers(participant.timers)
  room.connected.delete(participant.identity)
  const tracks = [...participant.tracks.values()]
  for (const track of tracks) room.tracks.delete(track.sid)
  participant.tracks.clear()
  participant.tracksByName.clear()
  retainParticipant(state, participant)
  state.announce({ type: 'participant-disconnected', participant, reason, tracks })
  announcingRecordingState(state, room, () => {
    for (const track of tracks) {
      const recording = room.activeRecordings.get(track.sid)
      if (recording) stopRecording(state, recording)
    }
  })
}
