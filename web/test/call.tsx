import type { ReactNode } from 'react'
import type { RemoteParticipant, Room } from 'twilio-video'
import { createFakeParticipant, createFakePublication, createFakeRoom } from '../../client/test/fake-room.ts'
import { createRoom } from './fake-server.ts'
import { render, type RenderOptions } from './render.tsx'

/** A part of the call, in a room with others. */
export async function renderInRoom(
  part: (room: Room, participants: RemoteParticipant[]) => ReactNode,
  others: string[] = [],
  options: RenderOptions & { me?: string | undefined } = {},
) {
  const { room, fake, end } = createFakeRoom(options.me ?? 'Ada')
  Object.assign(fake, { name: 'Design' })
  const people = others.map((identity) => createFakeParticipant(`PA ${identity}`, identity))
  for (const { participant } of people) fake.participants.set(participant.sid, participant)
  const participants = people.map(({ participant }) => participant)
  const page = await render(part(room, participants), {
    ...options,
    handlers: { 'rooms.get': () => createRoom('Design'), ...options.handlers },
  })
  return { page, room, fake, end, people, [Symbol.asyncDispose]: page[Symbol.asyncDispose] }
}

/** Has someone publish a track that this browser is subscribed to. Announce it by emitting `trackPublished`. */
export function publish(
  { fake }: ReturnType<typeof createFakeParticipant>,
  kind: 'audio' | 'video',
  { name, isEnabled = true }: { name?: string; isEnabled?: boolean } = {},
) {
  const made = createFakePublication(`MT ${fake.sid} ${kind} ${name ?? ''}`, kind, name)
  Object.assign(made.fake, { track: made.track, isTrackEnabled: isEnabled })
  fake.tracks.set(made.fake.trackSid, made.publication)
  return made
}
