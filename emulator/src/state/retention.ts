import type { Participant, Recording, Room } from './entities.ts'
import type { State } from './state.ts'

/** Notes that a room is over, and forgets the oldest such rooms beyond what is kept. */
export function retainRoom(state: State, room: Room): void {
  for (const oldest of retain(state.past.rooms, room, state.retention.completedRooms)) {
    state.rooms.delete(oldest.sid)
    for (const participant of oldest.participants.values()) state.past.participants.delete(participant)
    for (const recording of oldest.recordings.values()) {
      state.recordings.delete(recording.sid)
      state.past.recordings.delete(recording)
    }
  }
}

/** Notes that a participant has left, and forgets those who left longest ago beyond what is kept. */
export function retainParticipant(state: State, participant: Participant): void {
  const forgotten = retain(state.past.participants, participant, state.retention.disconnectedParticipants)
  for (const oldest of forgotten) oldest.room.participants.delete(oldest.sid)
}

/** Notes that a recording is done, and forgets the oldest beyond what is kept. */
export function retainRecording(state: State, recording: Recording): void {
  for (const oldest of retain(state.past.recordings, recording, state.retention.recordings)) {
    oldest.room.recordings.delete(oldest.sid)
    state.recordings.delete(oldest.sid)
  }
}

function retain<TEntity>(past: Set<TEntity>, entity: TEntity, limit: number): TEntity[] {
  past.add(entity)
  const forgotten: TEntity[] = []
  for (const oldest of past) {
    if (past.size <= limit) break
    past.delete(oldest)
    forgotten.push(oldest)
  }
  return forgotten
}
