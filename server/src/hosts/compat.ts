import type { FastifyInstance, FastifyRequest } from 'fastify'
import { addPluginRoutes } from '../http/compat/plugin-rtc.ts'
import type { CompatOptions } from '../http/compat/options.ts'
import { addTutorialRoutes } from '../http/compat/tutorial.ts'
import type { Roomkey } from '../roomkey.ts'
import { fromFastify } from './call-source.ts'

/** Adds the foreign wires that the configuration names. */
export async function addCompat(app: FastifyInstance, { roomkey }: { roomkey: Roomkey }): Promise<void> {
  const { wires, passcode } = roomkey.config.compat
  const options: CompatOptions = {
    router: roomkey.router,
    createContext: (request) => roomkey.createContext(fromFastify(request)),
    createPasscodeContext: (request, shown) => roomkey.createPasscodeContext(fromFastify(request), shown),
    createRawTokenContext: (request) => roomkey.createContext(withBearer(request)),
    asksForPasscode: passcode !== undefined,
  }
  if (wires.has('tutorial')) await app.register(addTutorialRoutes, options)
  if (wires.has('plugin-rtc')) await app.register(addPluginRoutes, options)
}

/** Some apps show their token by itself. */
function withBearer(request: FastifyRequest) {
  const source = fromFastify(request)
  const { authorization } = request.headers
  if (authorization === undefined || /^bearer /i.test(authorization)) return source
  return { ...source, headers: { ...source.headers, authorization: `Bearer ${authorization}` } }
}
