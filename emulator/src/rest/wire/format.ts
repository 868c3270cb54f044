import {
  recordingRules,
  type Participant,
  type Recording,
  type Room,
  type Rule,
  type Track,
  type Transcription,
} from '../../state/index.ts'

/** Twilio's dates over REST: UTC, whole seconds. */
function formatDate(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19)}Z`
}

/** Whole seconds between two dates as they are shown. */
export function wholeSeconds(start: number, end: number): number {
  return Math.floor(end / 1000) - Math.floor(start / 1000)
}

/** @param base as `baseUrl(request)` */
export function formatRoom(base: string, room: Room): Record<string, unknown> {
  const { settings } = room
  const url = `${base}/Rooms/${room.sid}`
  return {
    sid: room.sid,
    account_sid: room.accountSid,
    status: room.status,
    type: settings.type,
    unique_name: room.name,
    date_created: formatDate(room.createdAt),
    date_updated: formatDate(room.updatedAt),
    end_time: formatNullableDate(room.endedAt),
    duration: room.endedAt === null ? null : wholeSeconds(room.createdAt, room.endedAt),
    max_participants: settings.maxParticipants,
    max_participant_duration: settings.maxParticipantDurationSeconds,
    max_concurrent_published_tracks: settings.maxConcurrentPublishedTracks,
    record_participants_on_connect: settings.recordParticipantsOnConnect,
    video_codecs: settings.audioOnly ? [] : settings.videoCodecs,
    media_region: settings.mediaRegion,
    audio_only: settings.audioOnly,
    large_room: settings.largeRoom,
    enable_turn: true,
    empty_room_timeout: settings.emptyRoomTimeoutMinutes,
    unused_room_timeout: settings.unusedRoomTimeoutMinutes,
    status_callback: settings.statusCallback,
    status_callback_method: settings.statusCallbackMethod,
    url,
    links: {
      participants: `${url}/Participants`,
      recordings: `${url}/Recordings`,
      recording_rules: `${url}/RecordingRules`,
      transcriptions: `${url}/Transcriptions`,
    },
  }
}

export function formatTranscription(base: string, transcription: Transcription): Record<string, unknown> {
  const { id, room, status, createdAt, updatedAt, startedAt, endedAt, elapsedMs, configuration } = transcription
  return {
    ttid: id,
    account_sid: room.accountSid,
    room_sid: room.sid,
    source_sid: null,
    status,
    date_created: formatDate(createdAt),
    date_updated: formatNullableDate(updatedAt),
    start_time: formatNullableDate(startedAt),
    end_time: formatNullableDate(endedAt),
    duration: status === 'stopped' ? Math.floor(elapsedMs / 1000) : null,
    configuration,
    url: `${base}/Rooms/${room.sid}/Transcriptions/${id}`,
  }
}

export function formatParticipant(base: string, participant: Participant): Record<string, unknown> {
  const url = participantUrl(base, participant)
  return {
    ...formatStay(participant),
    url,
    links: {
      published_tracks: `${url}/PublishedTracks`,
      subscribed_tracks: `${url}/SubscribedTracks`,
      subscribe_rules: `${url}/SubscribeRules`,
      anonymize: `${url}/Anonymize`,
    },
  }
}

export function formatAnonymizedParticipant(base: string, participant: Participant): Record<string, unknown> {
  return { ...formatStay(participant), url: `${participantUrl(base, participant)}/Anonymize` }
}

export function formatPublishedTrack(base: string, track: Track): Record<string, unknown> {
  return {
    ...formatTrack(track),
    participant_sid: track.publisher.sid,
    url: `${participantUrl(base, track.publisher)}/PublishedTracks/${track.sid}`,
  }
}

export function formatSubscribedTrack(base: string, subscriber: Participant, track: Track): Record<string, unknown> {
  return {
    ...formatTrack(track),
    participant_sid: subscriber.sid,
    publisher_sid: track.publisher.sid,
    url: `${participantUrl(base, subscriber)}/SubscribedTracks/${track.sid}`,
  }
}

/** Every rule carries every key. */
export function formatSubscribeRules(participant: Participant): Record<string, unknown> {
  const unset = { type: null, all: null, publisher: null, track: null, kind: null, priority: null }
  return {
    participant_sid: participant.sid,
    room_sid: participant.room.sid,
    rules: participant.subscribeRules.map((rule: Rule) => ({ ...unset, ...rule })),
    date_created: formatNullableDate(participant.subscribeRulesUpdatedAt && participant.createdAt),
    date_updated: formatNullableDate(participant.subscribeRulesUpdatedAt),
  }
}

/** A rule carries only what it sets, unlike a subscribe rule. */
export function formatRecordingRules(room: Room): Record<string, unknown> {
  return {
    room_sid: room.sid,
    rules: recordingRules(room),
    date_created: formatDate(room.createdAt),
    date_updated: formatDate(room.recordingRulesUpdatedAt ?? room.createdAt),
  }
}

/** @param scope where it was asked for: the account's recordings and a room's differ in a few fields */
export function formatRecording(
  base: string,
  recording: Recording,
  scope: 'account' | 'room',
): Record<string, unknown> {
  const { room } = recording
  const path = scope === 'account' ? '' : `/Rooms/${room.sid}`
  const url = `${base}${path}/Recordings/${recording.sid}`
  return {
    sid: recording.sid,
    account_sid: room.accountSid,
    ...(scope === 'room'
      ? { room_sid: room.sid }
      : {
          status_callback: room.settings.statusCallback,
          status_callback_method: room.settings.statusCallbackMethod,
        }),
    status: recording.status,
    type: recording.type,
    container_format: recording.type === 'audio' ? 'mka' : 'mkv',
    codec: recording.type === 'audio' ? 'OPUS' : 'VP8',
    source_sid: recording.sourceSid,
    track_name: recording.trackName,
    size: 0,
    duration: recordingSeconds(recording),
    offset: recording.createdAt,
    grouping_sids: { room_sid: room.sid, participant_sid: recording.participantSid },
    media_external_location: null,
    date_created: formatDate(recording.createdAt),
    url,
    links: { media: `${url}/Media` },
  }
}

/** Whole seconds, at least 1; 0 while it is under way. Source: Twilio "Recordings resource". */
export function recordingSeconds({ createdAt, endedAt }: Recording): number {
  return endedAt === null ? 0 : Math.max(1, Math.round((endedAt - createdAt) / 1000))
}

function formatStay(participant: Participant): Record<string, unknown> {
  const { startedAt, endedAt } = participant
  return {
    sid: participant.sid,
    room_sid: participant.room.sid,
    account_sid: participant.room.accountSid,
    status: participant.status,
    identity: participant.identity,
    date_created: formatDate(participant.createdAt),
    date_updated: formatDate(participant.updatedAt),
    start_time: formatDate(startedAt),
    end_time: formatNullableDate(endedAt),
    duration: endedAt === null ? null : wholeSeconds(startedAt, endedAt),
  }
}

function formatTrack(track: Track): Record<string, unknown> {
  return {
    sid: track.sid,
    room_sid: track.publisher.room.sid,
    name: track.name,
    kind: track.kind,
    enabled: track.enabled,
    date_created: formatDate(track.createdAt),
    date_updated: formatNullableDate(track.updatedAt),
  }
}

function participantUrl(base: string, participant: Participant): string {
  return `${base}/Rooms/${participant.room.sid}/Participants/${participant.sid}`
}

function formatNullableDate(time: number | null): string | null {
  return time === null ? null : formatDate(time)
}
