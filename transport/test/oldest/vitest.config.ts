import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

/** The tests that look into tRPC and Fastify, with the oldest of both that the peer ranges allow. */
export default defineConfig({
  test: {
    root: fileURLToPath(new URL('../..', import.meta.url)),
    include: [
      'src/call-procedure.test.ts',
      'test/{http2,json-response,limits,memory,request-info,routes,subscription,websocket}.test.ts',
    ],
    alias: [
      { find: /^@trpc\/server(?=$|\/)/, replacement: 'trpc-server-oldest' },
      { find: /^fastify$/, replacement: 'fastify-oldest' },
    ],
    env: { PEERS: 'oldest' },
    testTimeout: 30_000,
    maxWorkers: 1,
    isolate: false,
  },
})
