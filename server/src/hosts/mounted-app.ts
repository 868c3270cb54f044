import type { FastifyInstance } from 'fastify'
import { toBasePath } from '../config/public-url.ts'
import type { Roomkey } from '../roomkey.ts'
import { createBaseApp } from './base-app.ts'
import { createCallbackReceiver } from './callback-receiver.ts'
import { addEndpoints } from './endpoints.ts'
import { toFastifyLog } from './fastify-log.ts'

/** What `createFetchHandler`, `createNodeHandler` and the Fastify plugin may be told. */
export type MountOptions = {
  /**
   * The path that the host puts Roomkey at, as in `/video`: it is cut off where the host has not done so. Default: the
   * path of `PUBLIC_URL`, if any.
   */
  prefix?: string
  /** Calls that may travel in one request; default 50. */
  maxBatchSize?: number
}

/**
 * The app behind every host that is not Roomkey's own: all that the whole server answers but the page. It does not
 * listen: the host passes requests on. Closing `roomkey` closes it.
 */
export function createMountedApp(
  roomkey: Roomkey,
  { prefix = toBasePath(roomkey.config.publicUrl), maxBatchSize }: MountOptions,
): FastifyInstance {
  if (prefix !== '' && !/^(?:\/[^/?#]+)+$/.test(prefix)) {
    throw new TypeError('prefix must be a path with a slash at its front and none at its end, as in "/video"')
  }
  const app = createBaseApp(roomkey.config, prefix, toFastifyLog(roomkey.log))
  addEndpoints(app, roomkey, { maxBatchSize, isOwnServer: false })
  // The host's own address is not known, and for the emulator inside an address on this machine will do.
  if (roomkey.embedded !== undefined) roomkey.setLocalUrl(createCallbackReceiver(roomkey))
  roomkey.onClose(() => app.close())
  return app
}
