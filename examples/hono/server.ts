import type { Server } from 'node:http'
import { serve } from '@hono/node-server'
import { getConnInfo } from '@hono/node-server/conninfo'
import { createFetchHandler, createRoomkey, parseConfig } from '@roomkey/server'
import { Hono } from 'hono'

const roomkey = createRoomkey(parseConfig(process.env), { log: console })
const video = createFetchHandler(roomkey, { prefix: '/video' })

const app = new Hono()
app.get('/', (context) => context.text('Our product'))
app.all('/video/*', (context) => video(context.req.raw, { ip: getConnInfo(context).remote.address }))

const options = { fetch: app.fetch, port: Number(process.env['PORT'] ?? 3000), hostname: '127.0.0.1' }
const server = serve(options, ({ port }) => console.log(`http://127.0.0.1:${port}`))
roomkey.serveSignaling(server as Server)
