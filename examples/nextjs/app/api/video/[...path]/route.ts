import { createFetchHandler, createRoomkey, parseConfig } from '@roomkey/server'

const handle = createFetchHandler(createRoomkey(parseConfig(process.env)), { prefix: '/api/video' })
const handler = (request: Request) => handle(request)

export { handler as GET, handler as POST, handler as PUT, handler as DELETE }
