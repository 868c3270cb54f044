import { createRoomkeyClient, isRoomkeyError } from '@roomkey/client'
import { isRoomSid } from '@roomkey/shared'
import { ERROR_CODES, type ErrorCode } from '@roomkey/shared/error-code'

async function main(): Promise<void> {
  const client = createRoomkeyClient({ url: process.argv[2] ?? '' })
  const room = await client.rooms.create({})
  const code: unknown = await client.rooms
    .get({ sid: 'elsewhere' })
    .catch((error: unknown) => isRoomkeyError(error) && error.code)
  console.log(isRoomSid(room.sid), ERROR_CODES.includes(code as ErrorCode))
}

void main()
