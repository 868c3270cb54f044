import helmet from '@fastify/helmet'
import type { FastifyInstance } from 'fastify'
import type { Config } from '../config.ts'

/**
 * Tells browsers what the page may do: its own scripts, sockets and media, calls to Twilio's hosts, and nothing
 * else. Source: Twilio "Video JavaScript SDK: Content Security Policy" for the hosts.
 */
export async function addPagePolicy(app: FastifyInstance, config: Config): Promise<void> {
  const isHttps = config.publicUrl?.startsWith('https:') ?? false
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'"],
        // What a component sets on an element goes through the DOM, which this does not concern.
        styleSrc: ["'self'"],
        fontSrc: ["'self'"],
        imgSrc: ["'self'", 'data:', 'blob:'],
        mediaSrc: ["'self'", 'blob:', 'mediastream:'],
        workerSrc: ["'self'", 'blob:'],
        connectSrc: ["'self'", ...findSocketSources(config)],
        objectSrc: ["'none'"],
        baseUri: ["'self'"],
        formAction: ["'self'"],
        frameAncestors: ["'self'"],
      },
    },
    // Behind TLS only: told over plain http, a browser ignores it.
    strictTransportSecurity: isHttps,
    // The page asks Twilio and media servers for nothing that needs it, and it would refuse images of other origins.
    crossOriginEmbedderPolicy: false,
  })
}

function findSocketSources({ video, publicUrl }: Config): string[] {
  const own = publicUrl === undefined ? [] : [publicUrl.replace(/^http/, 'ws').replace(/(:\/\/[^/]+).*/, '$1')]
  if (video.kind === 'emulator') return own
  const { videoUrl } = video.credentials
  if (videoUrl === undefined) return [...own, 'https://*.twilio.com', 'wss://*.twilio.com']
  return [...own, new URL(videoUrl).origin.replace(/^http/, 'ws')]
}
