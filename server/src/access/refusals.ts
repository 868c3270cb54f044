import type { RoomRef } from '@roomkey/shared'
import { VideoError } from '../core/video-error.ts'

/** The one error for rooms that are missing and for rooms that are none of the caller's business. */
export function roomNotFound(roomRef: RoomRef): VideoError {
  const message = `Room "${roomRef}" does not exist; a completed room is found by its SID only`
  return new VideoError('ROOM_NOT_FOUND', message, { subject: { room: roomRef } })
}

/** @param roomSid the room's SID, for the audit log. */
export function banned(roomRef: RoomRef, roomSid: string = roomRef): VideoError {
  return new VideoError('BANNED', `A host keeps this identity out of room "${roomRef}"`, { subject: { room: roomSid } })
}

export function unauthenticated(): VideoError {
  return new VideoError('UNAUTHENTICATED', 'Sign in first, or show an API key or an invitation')
}
