import type { Room } from '@roomkey/shared'

/** A room as Twilio's Node SDK shows it, which is what the tutorial's API sends on. Nobody is told of status callbacks. */
export function toTwilioRoom(room: Room, accountSid: string): object {
  const url = `https://video.twilio.com/v1/Rooms/${room.sid}`
  return {
    sid: room.sid,
    uniqueName: room.name,
    status: room.status,
    type: room.type,
    dateCreated: toDate(room.createdAt),
    dateUpdated: toDate(room.updatedAt),
    endTime: toDate(room.endedAt),
    duration: room.duration,
    maxParticipants: room.maxParticipants,
    maxParticipantDuration: room.maxParticipantDuration,
    emptyRoomTimeout: room.emptyRoomTimeout,
    unusedRoomTimeout: room.unusedRoomTimeout,
    mediaRegion: room.mediaRegion,
    videoCodecs: room.videoCodecs,
    audioOnly: room.audioOnly,
    recordParticipantsOnConnect: room.recordParticipantsOnConnect,
    statusCallback: null,
    statusCallbackMethod: 'POST',
    accountSid,
    url,
    links: {
      participants: `${url}/Participants`,
      recordings: `${url}/Recordings`,
      recording_rules: `${url}/RecordingRules`,
      transcriptions: `${url}/Transcriptions`,
    },
  }
}

/** As a `Date` is written in JSON. */
function toDate(instant: string | null): string | null {
  return instant === null ? null : new Date(instant).toISOString()
}
