import { createRoomkeyClient, isRoomkeyError } from '@roomkey/client'
import type { RoomSid } from '@roomkey/shared'

const client = createRoomkeyClient({ url: process.argv[2] ?? '' })
const room = await client.rooms.create({ access: 'signed-in' })
const sid: RoomSid = room.sid
const { userId, token } = await client.auth.getToken({ roomSid: sid, userId: 'Beyoncé' })
const { rooms } = await client.rooms.list()
const code = await client.rooms.get({ sid: 'elsewhere' }).catch((error: unknown) => isRoomkeyError(error) && error.code)
const found = rooms.some((one) => one.sid === sid)
console.log(JSON.stringify({ userId, parts: token.split('.').length, found, code }))
