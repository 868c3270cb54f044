import { z } from 'zod'

/** The proxy that this server's own requests go through: to Twilio, and for the keys of the sign-in. */
export type HttpProxy = { HTTPS_PROXY?: string | undefined; HTTP_PROXY?: string | undefined; NO_PROXY: string }

// Other programs take `proxy.example.com:3128` as well.
const proxyUrl = z
  .string()
  .transform((text) => (text.includes('://') ? text : `http://${text}`))
  .pipe(z.url({ protocol: /^https?$/, error: 'must be an http or https URL' }))
  .optional()

/** Variables by which a machine says that it reaches others through a proxy; `https_proxy` and its like count first. */
export const PROXY_VARIABLES = { HTTPS_PROXY: proxyUrl, HTTP_PROXY: proxyUrl, NO_PROXY: z.string().default('') }

/** Never through a proxy, which could not reach them: the emulator inside, and whatever else is on this machine. */
const THIS_MACHINE = 'localhost,127.0.0.1,::1'

/** `undefined` where there is none. */
export function toHttpProxy({ HTTPS_PROXY, HTTP_PROXY, NO_PROXY }: HttpProxy): HttpProxy | undefined {
  if (HTTPS_PROXY === undefined && HTTP_PROXY === undefined) return undefined
  return { HTTPS_PROXY, HTTP_PROXY, NO_PROXY: NO_PROXY === '' ? THIS_MACHINE : `${NO_PROXY},${THIS_MACHINE}` }
}

/** The environment with its lower-case names of a proxy, as other programs read them, in place of the upper-case ones. */
export function foldProxyNames(
  environment: Readonly<Record<string, string | undefined>>,
): Record<string, string | undefined> {
  const folded = { ...environment }
  for (const name of Object.keys(PROXY_VARIABLES)) folded[name] = environment[name.toLowerCase()] ?? environment[name]
  return folded
}
