import type { DisconnectReason } from './change.ts'
import { cancelTimers, type Participant } from './entities.ts'
import { announcingRecordingState, stopRecording } from './recordings.ts'
import { retainParticipant } from './retention.ts'
import type { State } from './state.ts'

/**
 * Ends a participant's stay, and with it their tracks and recordings; what that means for the room is the caller's to
 * decide. One who has left is left alone.
 */
export function endStay(state: State, participant: Participant, reason: DisconnectReason): void {
  if (participant.status === 'disconnected') return
  const { room } = participant
  const now = state.clock.now()
  participant.status = 'disconnected'
  participant.endedAt = now
  participant.updatedAt = now
  cancelTimers(participant.timers)
  room.present.delete(participant.identity)
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
