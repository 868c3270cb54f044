const { buildApp, parseConfig } = require('@roomkey/server')
const { createRoomkeyClient } = require('@roomkey/client')

async function main() {
  const app = buildApp(parseConfig(process.env))
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  const { name } = await createRoomkeyClient({ url }).rooms.create({ roomName: 'standup' })
  console.log(name, (await (await fetch(url)).text()).includes('<title>'))
  await app.close()
}

main()
