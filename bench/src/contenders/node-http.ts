import type { AddressInfo } from 'node:net'
import type { Contender } from '../contender.ts'
import { raw } from './raw.ts'
import { serve } from './serve.ts'
import type { TokenInput } from './sign-token.ts'
import { TTL_SECONDS } from './work.ts'

/**
 * The ceiling: the same token from Node's own HTTP server without router or validation, which takes every request for
 * this one. What is built on `node:http` has this to reach.
 */
export const nodeHttp: Contender = {
  ...raw,
  name: 'node-http',
  title: 'node:http alone (the ceiling)',
  url: import.meta.url,
}

if (import.meta.main) {
  await serve(async (port) => {
    const { createServer } = await import('node:http')
    const { signToken } = await import('./sign-token.ts')
    const answer = (input: Omit<TokenInput, 'ttlSeconds'>) => signToken({ ...input, ttlSeconds: TTL_SECONDS })

    const server = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        const input = JSON.parse(Buffer.concat(chunks).toString()) as TokenInput | TokenInput[]
        const text = JSON.stringify(Array.isArray(input) ? input.map(answer) : answer(input))
        const length = String(Buffer.byteLength(text))
        response.writeHead(200, ['content-type', 'application/json', 'content-length', length]).end(text)
      })
    })
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
    return { port: (server.address() as AddressInfo).port }
  })
}
