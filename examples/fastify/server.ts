import { createRoomkey, parseConfig, roomkeyPlugin } from '@roomkey/server'
import Fastify from 'fastify'

const app = Fastify()
app.get('/', () => 'Our product')

const roomkey = createRoomkey(parseConfig(process.env), { log: console })
await app.register(roomkeyPlugin, { prefix: '/video', roomkey })
app.addHook('onClose', () => roomkey.close())

console.log(await app.listen({ port: Number(process.env['PORT'] ?? 3000), host: '127.0.0.1' }))
