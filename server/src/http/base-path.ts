import type { FastifyServerOptions } from 'fastify'

/**
 * Fastify's `rewriteUrl` for a server that browsers see below a path: some proxies cut it off, others pass it on, and
 * with both the routes are the same.
 */
export function cutBasePath(basePath: string): Pick<FastifyServerOptions, 'rewriteUrl'> {
  if (basePath === '') return {}
  return {
    rewriteUrl({ url = '/' }) {
      if (!url.startsWith(basePath)) return url
      const rest = url.slice(basePath.length)
      if (rest === '' || rest.startsWith('?')) return `/${rest}`
      return rest.startsWith('/') ? rest : url
    },
  }
}
