import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import helmet from '@fastify/helmet'
import serveStatic from '@fastify/static'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Config } from '../config/config.ts'
import { toBasePath } from '../config/public-url.ts'
import { isRest, pathOf } from './problem.ts'

const NOT_BUILT = `Roomkey is running, but its page is not built. "npm start" in the project's folder builds it.
The API is under /trpc: /trpc/rooms.list, for one.
`

/** Where the built page is: in the package beside this drawer, in a checkout where it is built. */
export function findPage(): string {
  // By no `new URL(…, import.meta.url)`: bundlers take that for a file to bring along.
  const drawer = dirname(fileURLToPath(import.meta.url))
  const packaged = join(drawer, '../page')
  return existsSync(packaged) ? packaged : join(drawer, '../../../web/dist')
}

/**
 * Serves the built page: files by name, and the page itself for the addresses it makes up (`/room/…`). Vite puts a
 * hash in the names under `/assets/`, so those are good for ever; the build puts a `.br` and a `.gz` beside each text.
 */
export async function addPage(app: FastifyInstance, directory: string, config: Config): Promise<void> {
  await addPagePolicy(app, config)
  if (!existsSync(join(directory, 'index.html'))) {
    app.get('/', (_request, reply) => reply.type('text/plain; charset=utf-8').send(NOT_BUILT))
    return
  }
  await app.register(serveStatic, {
    root: directory,
    index: false,
    dotfiles: 'ignore',
    preCompressed: true,
    cacheControl: false,
    setHeaders(reply, path) {
      const isHashed = path.startsWith(join(directory, 'assets'))
      reply.header('cache-control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache')
    },
  })
  // @fastify/static refuses paths that lead out of its folder with 403; to callers they are missing.
  app.setErrorHandler((error: FastifyError, _request, reply) => {
    if (error.statusCode === 403) return reply.callNotFound()
    throw error
  })
  const basePath = toBasePath(config.publicUrl)
  const provider = toProvider(config)
  const sendPage = async (reply: FastifyReply): Promise<FastifyReply> => {
    if (basePath === '' && provider === undefined) return reply.sendFile('index.html')
    const html = await readFile(join(directory, 'index.html'), 'utf8')
    return reply
      .type('text/html; charset=utf-8')
      .header('cache-control', 'no-cache')
      .send(setProvider(setBase(html, basePath), provider))
  }
  for (const path of ['/', '/index.html', '/room/*']) app.get(path, (_request, reply) => sendPage(reply))
  // For a wrong link, the page itself shows that there is nothing.
  app.addHook('onRequest', async (request, reply) => (isLost(request) ? sendPage(reply.code(404)) : undefined))
}

/** Whether a browser asks for a page where there is neither one nor a file nor the API. */
function isLost(request: FastifyRequest): boolean {
  const path = pathOf(request)
  const isForPeople = request.headers.accept?.includes('text/html') === true
  return isForPeople && request.routeOptions.url === '/*' && /^\/(?!trpc\/?$)[^.]*$/.test(path) && !isRest(request)
}

/** Tells the page the path that it is below: every address in it is relative to its `<base>`. */
function setBase(html: string, basePath: string): string {
  return html.replace(/<base href="[^"]*"/, () => `<base href="${toAttribute(basePath)}/"`)
}

/** Tells the page where people sign in. */
function setProvider(html: string, provider: object | undefined): string {
  if (provider === undefined) return html
  const meta = `<meta name="roomkey-sign-in" content="${toAttribute(JSON.stringify(provider))}" />`
  return html.replace('</head>', () => `${meta}</head>`)
}

function toProvider({ access: { signIn } }: Config): object | undefined {
  if (signIn?.clientId === undefined) return undefined
  const { issuer, clientId, audience } = signIn
  return { issuer, clientId, audience }
}

function toAttribute(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')
}

/**
 * Tells browsers what the page may do: its own scripts, sockets and media, calls to Twilio's hosts, and nothing
 * else. Source: Twilio "Video JavaScript SDK: Content Security Policy" for the hosts.
 */
async function addPagePolicy(app: FastifyInstance, config: Config): Promise<void> {
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
        connectSrc: ["'self'", ...findSocketSources(config), ...findSignInSources(config)],
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

/** The page asks the issuer what its addresses are, and for tokens. */
function findSignInSources({ access: { signIn } }: Config): string[] {
  return signIn?.clientId === undefined || signIn.issuer === undefined ? [] : [new URL(signIn.issuer).origin]
}

function findSocketSources({ video, publicUrl }: Config): string[] {
  const own = publicUrl === undefined ? [] : [publicUrl.replace(/^http/, 'ws').replace(/(:\/\/[^/]+).*/, '$1')]
  if (video.kind === 'emulator') return own
  const { videoUrl } = video.credentials
  if (videoUrl === undefined) return [...own, 'https://*.twilio.com', 'wss://*.twilio.com']
  return [...own, new URL(videoUrl).origin.replace(/^http/, 'ws')]
}
