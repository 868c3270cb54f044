import { createRoomkeyClient } from '@roomkey/client'
import { createRoomkey, parseConfig, roomkeyPlugin } from '@roomkey/server'
import Fastify from 'fastify'

const app = Fastify()
app.get('/hello', () => 'still yours')
const roomkey = createRoomkey(parseConfig(process.env), { log: app.log })
await app.register(roomkeyPlugin, { prefix: '/video', roomkey })
app.addHook('onClose', () => roomkey.close())
const url = await app.listen({ port: 0, host: '127.0.0.1' })

const client = createRoomkeyClient({ url: `${url}/video` })
const room = await client.rooms.create({ roomName: 'standup' })
const { token } = await client.auth.getToken({ roomSid: room.sid, userId: 'Beyoncé' })
console.log(room.name, token.split('.').length, await (await fetch(`${url}/hello`)).text())
await app.close()
