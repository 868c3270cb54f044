import type { Scene } from '../wire.ts'

const NO_ROOM = `RM${'0'.repeat(32)}`
const NO_INVITE = '00000000-0000-4000-8000-000000000000'

/** Every procedure on an open server, asked well and badly. */
export const procedures: Scene = {
  async play({ world, query, mutate }) {
    await query('says that nobody was asked', 'auth.whoami')
    await query('takes no notice of an input that is not wanted', 'auth.whoami', { x: 1 })

    const { data: monday } = await mutate('creates a room', 'rooms.create', { roomName: 'Monday' })
    await mutate('creates a room without a name', 'rooms.create')
    await mutate('creates a room with everything said', 'rooms.create', {
      roomName: 'Ünï ☕ #/..?',
      maxParticipants: 3,
      maxParticipantDuration: 600,
      emptyRoomTimeout: 1,
      unusedRoomTimeout: 60,
      mediaRegion: 'de1',
      videoCodecs: ['H264'],
      audioOnly: false,
      recordParticipantsOnConnect: true,
      access: 'signed-in',
    })
    await mutate('refuses a name that is taken', 'rooms.create', { roomName: 'Monday' })
    await mutate('refuses fields out of range', 'rooms.create', {
      roomName: '',
      maxParticipants: 51,
      maxParticipantDuration: 599,
      emptyRoomTimeout: 0.5,
      unusedRoomTimeout: '5',
      mediaRegion: 'moon',
      videoCodecs: [],
      audioOnly: 'yes',
      access: 'all',
    })
    await mutate('refuses unknown fields', 'rooms.create', { statusCallback: 'https://example.com', uniqueName: 'x' })
    await mutate('refuses a name like a SID', 'rooms.create', { roomName: NO_ROOM })
    await mutate('refuses a name that is too long', 'rooms.create', { roomName: 'é'.repeat(65) })
    await mutate('refuses control characters', 'rooms.create', { roomName: 'a\nb' })
    await mutate('refuses an input that is no object', 'rooms.create', 'Monday')
    await mutate('refuses null', 'rooms.create', null)

    await query('shows a room by its SID', 'rooms.get', { sid: monday.sid })
    await query('shows a room by its name', 'rooms.get', { sid: 'Ünï ☕ #/..?' })
    await query('shows no room that is not there', 'rooms.get', { sid: NO_ROOM })
    await query('shows no room of an unknown name', 'rooms.get', { sid: 'Tuesday' })
    await query('wants to know which room', 'rooms.get')
    await query('wants an object', 'rooms.get', [])
    await query('wants a name that can be sent to Twilio', 'rooms.get', { sid: '..' })

    await query('lists rooms', 'rooms.list', { roomName: 'Monday' })
    const { data: page } = await query('lists a page of rooms', 'rooms.list', { limit: 1 })
    await query('lists the next page', 'rooms.list', { limit: 1, cursor: page.nextCursor })
    await query('refuses a cursor of other filters', 'rooms.list', { status: 'completed', cursor: page.nextCursor })
    await query('refuses a cursor that is made up', 'rooms.list', { cursor: 'made-up' })
    await query('lists rooms created in a span', 'rooms.list', {
      createdAfter: '2041-01-01T00:00:00Z',
      createdBefore: '2042-01-01T00:00:00Z',
    })
    await query('refuses bad filters', 'rooms.list', {
      status: 'open',
      roomName: '',
      createdAfter: 'yesterday',
      createdBefore: '2026-13-01T00:00:00Z',
      limit: 1001,
      cursor: '',
    })

    await mutate('signs an access token', 'auth.getToken', { userId: 'Beyoncé', roomSid: monday.sid })
    await mutate('signs one for a name and a time', 'auth.getToken', { userId: 'a"b', roomSid: 'Mon', ttlSeconds: 1 })
    await mutate('signs none for longer than a day', 'auth.getToken', { userId: 'a', roomSid: 'b', ttlSeconds: 86_401 })
    await mutate('signs none for nobody', 'auth.getToken', { roomSid: 'Monday' })
    await mutate('signs none for no room', 'auth.getToken', { userId: 'Ann' })
    await mutate('signs none for nothing', 'auth.getToken')
    await mutate('signs none for bad names', 'auth.getToken', { userId: 'a\u0000', roomSid: '\ud800' })
    await mutate('signs one for a guest name, asked openly', 'auth.getToken', {
      userId: 'guest:x:y',
      roomSid: 'Monday',
    })
    await mutate('knows no such invitation', 'auth.getToken', { userId: 'Ann', invite: `inv_${'x'.repeat(43)}` })
    await mutate('refuses what is no invitation', 'auth.getToken', { userId: 'Ann', invite: 'inv_short' })

    const emulator = await world.emulator()
    await emulator.addBot({ room: 'Monday', identity: 'bob' })
    await emulator.addBot({ room: 'Monday', identity: 'cleo' })
    await query('lists participants', 'participants.list', { roomSid: 'Monday' })
    const { data: people } = await query('lists a page of participants', 'participants.list', {
      roomSid: monday.sid,
      limit: 1,
    })
    await query('lists the next page of participants', 'participants.list', {
      roomSid: monday.sid,
      limit: 1,
      cursor: people.nextCursor,
    })
    await query('refuses the cursor of another room', 'participants.list', {
      roomSid: NO_ROOM,
      cursor: people.nextCursor,
    })
    await query('lists those who left', 'participants.list', { roomSid: monday.sid, status: 'disconnected' })
    await query('lists nobody of a missing room', 'participants.list', { roomSid: NO_ROOM })
    await query('refuses an unknown status', 'participants.list', { roomSid: 'Monday', status: 'gone', limit: 0 })
    await query('shows a participant by identity', 'participants.get', { roomSid: 'Monday', participant: 'bob' })
    await query('shows a participant by SID', 'participants.get', {
      roomSid: monday.sid,
      participant: people.participants[0].sid,
    })
    await query('shows nobody who is not there', 'participants.get', { roomSid: 'Monday', participant: 'eve' })
    await query('wants to know who', 'participants.get', { roomSid: 'Monday' })
    await mutate('removes a participant', 'participants.remove', { roomSid: 'Monday', participant: 'bob' })
    await mutate('removes nobody twice', 'participants.remove', { roomSid: 'Monday', participant: 'bob' })
    await mutate('bans a participant', 'participants.remove', { roomSid: monday.sid, participant: 'cleo', ban: true })
    await mutate('bans one who is out', 'participants.remove', { roomSid: 'Monday', participant: 'eve', ban: true })
    await mutate('refuses a ban that is no yes or no', 'participants.remove', {
      roomSid: 'Monday',
      participant: 'eve',
      ban: 'yes',
    })
    await mutate('signs no token for the banned', 'auth.getToken', { userId: 'cleo', roomSid: 'Monday' })

    const { data: invite } = await mutate('creates an invitation', 'invites.create', { roomSid: 'Monday' })
    await mutate('creates an invitation with everything said', 'invites.create', {
      roomSid: monday.sid,
      role: 'host',
      expiresInSeconds: 60,
      maxUses: 1,
    })
    await mutate('creates none for a missing room', 'invites.create', { roomSid: NO_ROOM })
    await mutate('refuses bad terms', 'invites.create', {
      roomSid: '',
      role: 'owner',
      expiresInSeconds: 59,
      maxUses: 0,
    })
    await mutate('lets a guest in', 'auth.getToken', { invite: invite.invite, userId: 'Dora' })
    await mutate('lets no guest in without a name', 'auth.getToken', { invite: invite.invite })
    await mutate('lets no guest in under a name too long', 'auth.getToken', {
      invite: invite.invite,
      userId: 'x'.repeat(128),
    })
    const { data: invites } = await query('lists a page of invitations', 'invites.list', {
      roomSid: 'Monday',
      limit: 1,
    })
    await query('lists the next page of invitations', 'invites.list', {
      roomSid: 'Monday',
      limit: 1,
      cursor: invites.nextCursor,
    })
    await query('refuses a cursor of invitations that is made up', 'invites.list', { roomSid: 'Monday', cursor: 'x' })
    await query('lists no invitations of a missing room', 'invites.list', { roomSid: NO_ROOM })
    await mutate('revokes an invitation', 'invites.revoke', { id: invite.id })
    await mutate('revokes it again', 'invites.revoke', { id: invite.id })
    await mutate('revokes none that is not there', 'invites.revoke', { id: NO_INVITE })
    await mutate('refuses an id that is none', 'invites.revoke', { id: 'x' })
    await mutate('lets no guest in any more', 'auth.getToken', { invite: invite.invite, userId: 'Dora' })

    await query('keeps no audit log where nobody is asked', 'audit.list')
    await query('refuses bad input to the audit log', 'audit.list', { roomSid: '', limit: 0, cursor: 'x' })

    await mutate('completes a room', 'rooms.complete', { sid: 'Monday' })
    await mutate('completes it again', 'rooms.complete', { sid: monday.sid })
    await mutate('completes no room by a name of the past', 'rooms.complete', { sid: 'Monday' })
    await mutate('removes nobody from a completed room', 'participants.remove', {
      roomSid: monday.sid,
      participant: 'bob',
    })
    await query('shows a completed room', 'rooms.get', { sid: monday.sid })
    await query('lists completed rooms', 'rooms.list', { status: 'completed' })
    await query('lists who was in a completed room', 'participants.list', { roomSid: monday.sid })
  },
}
