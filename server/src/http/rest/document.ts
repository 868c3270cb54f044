import { hash } from 'node:crypto'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import type { FastifyInstance } from 'fastify'
import manifest from '../../../package.json' with { type: 'json' }
import type { ReferencePage } from './reference-page.ts'

/** What describes REST: to programs at `/openapi.json`, to people at `/docs`. Both are made when first asked for. */
export async function addDocument(app: FastifyInstance, { basePath }: { basePath: string }): Promise<void> {
  let text: string | undefined
  let page: Promise<ReferencePage> | undefined

  app.get('/openapi.json', async (request, reply) => {
    text ??= await writeDocument(basePath === '' ? '/' : basePath)
    const etag = `"${hash('sha1', text, 'base64url')}"`
    reply.headers({ etag, 'cache-control': 'no-cache' })
    if (request.headers['if-none-match'] === etag) return reply.code(304).send()
    return reply.type('application/json; charset=utf-8').send(text)
  })

  const loadPage = (): Promise<ReferencePage> => {
    page ??= import('./reference-page.ts').then(({ renderReferencePage }) => renderReferencePage())
    return page
  }
  // Relative, as all of the page's addresses are: a proxy may put the server below a path.
  app.get('/docs', (_request, reply) => reply.redirect('docs/', 308))
  app.get('/docs/', async (_request, reply) => {
    const { html, policy } = await loadPage()
    return reply
      .headers({ 'content-security-policy': policy, 'x-content-type-options': 'nosniff', 'cache-control': 'no-cache' })
      .type('text/html; charset=utf-8')
      .send(html)
  })
  app.get('/docs/js/scalar.js', async (request, reply) => {
    const { script, etag } = await loadPage()
    reply.headers({ etag, vary: 'accept-encoding', 'cache-control': 'no-cache', 'x-content-type-options': 'nosniff' })
    if (request.headers['if-none-match'] === etag) return reply.code(304).send()
    reply.type('text/javascript; charset=utf-8')
    if (!/\bgzip\b/.test(request.headers['accept-encoding'] ?? '')) return reply.send(await promisify(gunzip)(script))
    return reply.header('content-encoding', 'gzip').send(script)
  })
}

async function writeDocument(server: string): Promise<string> {
  const [shared, { createOpenApi }] = await Promise.all([import('@roomkey/shared'), import('@roomkey/shared/openapi')])
  return JSON.stringify(createOpenApi(shared.contract, { version: manifest.version, schemas: shared, server }))
}
