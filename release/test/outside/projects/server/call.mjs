import { createRoomkeyClient } from '@roomkey/client'

const client = createRoomkeyClient({ url: process.argv[2] })
const room = await client.rooms.create({ roomName: 'standup' })
const page = await fetch(process.argv[2])
const [script] = /assets\/[^"]+\.js/.exec(await page.text())
const { status } = await fetch(new URL(script, process.argv[2]))
console.log(room.name, status)
