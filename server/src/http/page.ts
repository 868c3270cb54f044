import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile, readdir } from 'node:fs/promises'
import { extname, join, sep } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

type Encoding = 'br' | 'gzip' | 'identity'
type PageFile = { type: string; etag: string; isHashed: boolean; bodies: Partial<Record<Encoding, Buffer>> }

const NOT_BUILT = `Roomkey is running, but its page is not built. "npm start" in the project's folder builds it.
The API is under /trpc: /trpc/rooms.list, for one.
`

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
}

/**
 * Serves the built page: files by name, and the page itself for the addresses it makes up (`/room/…`). Only
 * files found by listing the folder are ever served, so no address can leave it. Each is read and compressed
 * once, when first asked for. Vite puts a hash in the names under `/assets/`, so those are good for ever.
 */
export function addPage(app: FastifyInstance, directory: string): void {
  const isBuilt = existsSync(join(directory, 'index.html'))
  let paths: Promise<Map<string, string>> | undefined
  const files = new Map<string, Promise<PageFile>>()

  async function find(path: string): Promise<PageFile | undefined> {
    paths ??= listFiles(directory)
    const file = (await paths).get(path)
    if (file === undefined) return undefined
    const known = files.get(file) ?? load(file, path)
    files.set(file, known)
    return known
  }

  app.get('/*', async (request, reply) => {
    const path = decodePath(request)
    const isPage = path === '/' || path.startsWith('/room/')
    if (!isBuilt) {
      if (path !== '/') return reply.callNotFound()
      return reply.type('text/plain; charset=utf-8').send(NOT_BUILT)
    }
    const file = await find(isPage ? '/index.html' : path)
    return file === undefined ? reply.callNotFound() : send(request, reply, file)
  })
}

async function send(request: FastifyRequest, reply: FastifyReply, file: PageFile): Promise<FastifyReply> {
  reply.header('etag', file.etag)
  reply.header('cache-control', file.isHashed ? 'public, max-age=31536000, immutable' : 'no-cache')
  reply.header('vary', 'accept-encoding')
  if (request.headers['if-none-match'] === file.etag) return reply.code(304).send()
  const encoding = chooseEncoding(request.headers['accept-encoding'] ?? '', file)
  if (encoding !== 'identity') reply.header('content-encoding', encoding)
  return reply.type(file.type).send((file.bodies[encoding] ??= await compress(file, encoding)))
}

async function compress({ bodies }: PageFile, encoding: Encoding): Promise<Buffer> {
  const body = bodies.identity ?? Buffer.alloc(0)
  if (encoding === 'gzip') return promisify(gzip)(body)
  return promisify(brotliCompress)(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 6 } })
}

function chooseEncoding(accepted: string, { type }: PageFile): Encoding {
  if (!/^text\/|json|svg/.test(type)) return 'identity'
  if (/\bbr\b(?!;q=0(?:\.0*)?(?:,|$))/.test(accepted)) return 'br'
  return /\bgzip\b(?!;q=0(?:\.0*)?(?:,|$))/.test(accepted) ? 'gzip' : 'identity'
}

async function listFiles(directory: string): Promise<Map<string, string>> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  return new Map(
    entries
      .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
      .map((entry) => join(entry.parentPath, entry.name))
      .map((file) => [file.slice(directory.length).split(sep).join('/').replace(/^\/*/, '/'), file]),
  )
}

async function load(file: string, path: string): Promise<PageFile> {
  const identity = await readFile(file)
  const etag = `"${createHash('sha256').update(identity).digest('base64url').slice(0, 22)}"`
  const type = TYPES[extname(file)] ?? 'application/octet-stream'
  return { type, etag, isHashed: path.startsWith('/assets/'), bodies: { identity } }
}

function decodePath({ url }: FastifyRequest): string {
  const path = url.split('?', 1)[0] ?? '/'
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}
