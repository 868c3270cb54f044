import { createSocket } from 'node:dgram'
import fastify from 'fastify'
import { once } from 'node:events'
import twilio from 'twilio'
import { expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { createEmulatorPlugin } from '../../src/index.ts'

it('is a part of your own app, below a prefix', async () => {
  const app = fastify()
  const emulator = createEmulatorPlugin()
  await app.register(emulator.plugin, { prefix: '/twilio' })
  app.get('/', () => 'mine')
  const url = await app.listen({ host: '127.0.0.1', port: 0 })

  const client = twilio(emulator.credentials.accountSid, emulator.credentials.authToken)
  client.video.baseUrl = `${url}/twilio`
  for (const uniqueName of ['a', 'b', 'c']) await client.video.v1.rooms.create({ uniqueName })
  const rooms = await client.video.v1.rooms.list({ pageSize: 1 })
  expect(rooms.map((room) => room.uniqueName)).toEqual(['c', 'b', 'a'])
  expect(rooms[0]?.url).toBe(`${url}/twilio/v1/Rooms/${rooms[0]?.sid}`)
  await expect(client.video.v1.rooms('x').fetch()).rejects.toThrow('The requested resource /Rooms/x was not found')
  await emulator.addBot({ room: 'a', identity: 'alice' })
  expect(await client.video.v1.rooms('a').participants.list()).toHaveLength(1)

  expect(await (await fetch(url)).text()).toBe('mine')
  expect(await (await fetch(`${url}/nothing`)).json()).toMatchObject({ error: 'Not Found' })

  const socket = new WebSocket(`${url.replace('http', 'ws')}/twilio/signaling`)
  await once(socket, 'open')
  const closed = once(socket, 'close')
  await app.close()
  expect((await closed)[0]).toBe(1012)
})

it('does not come up without the UDP port for media that it was given', async () => {
  const taken = createSocket('udp4')
  taken.bind(0)
  await once(taken, 'listening')
  const { port } = taken.address()
  await using app = fastify()
  void app.register(createEmulatorPlugin({ mediaPorts: [port, port] }).plugin, { prefix: '/twilio' })
  await expect(app.ready()).rejects.toThrow(`No UDP port from ${port}`)
  taken.close()
})
