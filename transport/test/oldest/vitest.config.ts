import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

/** The tests that look into tRPC, with the oldest `@trpc/server` that its peer range allows in the place of the installed one. */
export default defineConfig({
  test: {
    root: fileURLToPath(new URL('../..', import.meta.url)),
    include: [
      'src/call-procedure.test.ts',
      'test/{http2,json-response,limits,memory,request-info,subscription,websocket}.test.ts',
    ],
    alias: [{ find: /^@trpc\/server(?=$|\/)/, replacement: 'trpc-server-oldest' }],
    env: { TRPC_VERSION: 'oldest' },
    testTimeout: 30_000,
    maxWorkers: 1,
  },
})
