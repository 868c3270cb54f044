import { hash } from 'node:crypto'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import scalar from '@scalar/fastify-api-reference'
import Fastify from 'fastify'

// Loaded with the first look at the page: the script alone is five megabytes.

/** The page that shows the document: its HTML, its one script, compressed, and what a browser may let it do. */
export type ReferencePage = { html: string; script: Buffer; etag: string; policy: string }

/** Everything comes from this server: what Scalar would fetch or send elsewhere is switched off, and not let through. */
export async function renderReferencePage(): Promise<ReferencePage> {
  const app = Fastify()
  try {
    await app.register(scalar, {
      routePrefix: '/docs',
      configuration: {
        url: '../openapi.json',
        pageTitle: 'Roomkey: REST',
        withDefaultFonts: false,
        telemetry: false,
        agent: { disabled: true },
        mcp: { disabled: true },
        showDeveloperTools: 'never',
        hideClientButton: true,
        persistAuth: false,
      },
    })
    const { body: html } = await app.inject('/docs/')
    const { rawPayload } = await app.inject('/docs/js/scalar.js')
    const script = await promisify(gzip)(rawPayload)
    return { html, script, etag: `"${hash('sha1', script, 'base64url')}"`, policy: toPolicy(html) }
  } finally {
    await app.close()
  }
}

function toPolicy(html: string): string {
  const inline = [...html.matchAll(/<script(?: type="[^"]*")?>([\s\S]*?)<\/script>/g)]
  const hashes = inline.map(([, code = '']) => `'sha256-${hash('sha256', code, 'base64')}'`)
  return [
    "default-src 'none'",
    `script-src 'self' ${hashes.join(' ')}`,
    "style-src 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'self'",
  ].join('; ')
}
