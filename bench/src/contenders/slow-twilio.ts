import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serve } from './serve.ts'
import { CREDENTIALS } from './work.ts'

/** A Twilio that takes 50 ms for every answer, and counts them. */
export const slowTwilio = { name: 'slow-twilio', title: 'slow Twilio', url: import.meta.url }

export const ANSWER_AFTER_MS = 50

if (import.meta.main) {
  await serve(async (port) => {
    let requests = 0
    const server = createServer((request, response) => {
      requests++
      const sid = decodeURIComponent(request.url?.split('/').at(-1) ?? '')
      setTimeout(() => {
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(describeRoom(sid)))
      }, ANSWER_AFTER_MS)
    })
    server.keepAliveTimeout = 60_000
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
    return { port: (server.address() as AddressInfo).port, commands: { countRequests: () => requests } }
  })
}

function describeRoom(sid: string): Record<string, unknown> {
  return {
    sid,
    account_sid: CREDENTIALS.accountSid,
    unique_name: 'bench',
    status: 'in-progress',
    type: 'group',
    date_created: '2026-01-01T00:00:00Z',
    date_updated: '2026-01-01T00:00:00Z',
    end_time: null,
    duration: null,
    max_participants: 50,
    max_participant_duration: 14_400,
    max_concurrent_published_tracks: 170,
    empty_room_timeout: 5,
    unused_room_timeout: 5,
    media_region: 'us1',
    video_codecs: ['VP8', 'H264'],
    audio_only: false,
    record_participants_on_connect: false,
    enable_turn: true,
    large_room: false,
    status_callback: null,
    status_callback_method: 'POST',
    url: '',
    links: {},
  }
}
