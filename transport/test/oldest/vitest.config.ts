import { defineConfig } from 'vitest/config'

/** This package's tests with the oldest `@trpc/server` that its peer range allows in the place of the installed one. */
export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    include: ['*.test.ts'],
    exclude: ['drift.test.ts', 'parity.test.ts', 'readme.test.ts'],
    alias: [{ find: /^@trpc\/server(?=$|\/)/, replacement: 'trpc-server-oldest' }],
    env: { TRPC_VERSION: 'oldest' },
    testTimeout: 30_000,
    maxWorkers: 1,
  },
})
