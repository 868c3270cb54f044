import type { Roomkey } from '../roomkey.ts'
import { createBaseApp } from './base-app.ts'
import { toFastifyLog } from './fastify-log.ts'
import { addStatusCallbackRoute } from './status-callback-route.ts'

/**
 * Where the embedded emulator reports what happens in rooms, in a host that cannot say where it is reached: an address
 * of this machine for that alone, opened when the emulator starts.
 * @returns opens it, and says where it is.
 */
export function createCallbackReceiver(roomkey: Roomkey): () => Promise<string> {
  return async () => {
    const app = createBaseApp(roomkey.config, '', toFastifyLog(roomkey.log))
    await addStatusCallbackRoute(app, roomkey)
    roomkey.onClose(() => app.close())
    const url = await app.listen({ host: '127.0.0.1', port: 0 })
    // It is there for the host, and does not keep its process alive.
    app.server.unref()
    return url
  }
}
