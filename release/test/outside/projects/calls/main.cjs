const { createRoomkeyClient, isRoomkeyError } = require('@roomkey/client')
const { isRoomSid } = require('@roomkey/shared')
const { ERROR_CODES } = require('@roomkey/shared/error-code')

async function main() {
  const client = createRoomkeyClient({ url: process.argv[2] })
  const room = await client.rooms.create({})
  const code = await client.rooms.get({ sid: 'elsewhere' }).catch((error) => isRoomkeyError(error) && error.code)
  console.log(isRoomSid(room.sid), ERROR_CODES.includes(code))
}

main()
