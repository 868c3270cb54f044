import { createRoomkeyClient } from '@roomkey/client'
const client = createRoomkeyClient({ url: 'http://localhost:5000' })
void client.rooms.create({ name: 'x' })
void client.rooms.get({ sid: 'x' }).then((room) => room.uniqueName)
