import { createRoomkeyClient, isRoomkeyError } from '@roomkey/client'
import { isRoomSid } from '@roomkey/shared'
import { createOpenApi } from '@roomkey/shared/openapi'

const client = createRoomkeyClient({ url: process.argv[2] })
const room = await client.rooms.create({})
const code = await client.rooms.get({ sid: 'elsewhere' }).catch((error) => isRoomkeyError(error) && error.code)
console.log(isRoomSid(room.sid), code, typeof createOpenApi)
