import { createEmulator, DEFAULT_CREDENTIALS } from '@roomkey/emulator'
import twilio from 'twilio'

const { accountSid, authToken } = DEFAULT_CREDENTIALS
const client = twilio(accountSid, authToken)
// One that runs by itself, and one inside this process.
const inside = await createEmulator()
for (const url of [process.argv[2], inside.url]) {
  client.video.baseUrl = url
  const { uniqueName } = await client.video.v1.rooms.create({ uniqueName: 'standup' })
  console.log(uniqueName)
}
await inside.close()
