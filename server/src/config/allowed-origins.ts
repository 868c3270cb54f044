import type { Config } from './config.ts'

/** Whether pages of `origin` may call a server that was called by the name `host`. */
export type IsAllowedOrigin = (origin: string, host: string | undefined) => boolean

/** Those of `CORS_ORIGINS`, of the public address, and the server's own, which are refused nothing, on the list or not. */
export function createOriginCheck({
  corsOrigins,
  publicUrl,
}: Pick<Config, 'corsOrigins' | 'publicUrl'>): IsAllowedOrigin {
  const known = new Set(corsOrigins)
  if (publicUrl !== undefined) known.add(new URL(publicUrl).origin)
  return (origin, host) => known.has(origin) || (URL.canParse(origin) && new URL(origin).host === host)
}
