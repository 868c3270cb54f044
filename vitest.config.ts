import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{shared,server,client,emulator,web,bench,docs}/{src,test}/**/*.test.{ts,tsx}'],
    // Browsers, PostgreSQL and Chromium's first unpacking share two cores.
    testTimeout: 30_000,
    hookTimeout: 60_000,
    passWithNoTests: false,
    typecheck: { enabled: false },
  },
})
