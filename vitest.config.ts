import { defineConfig } from 'vitest/config'

const packages = '{shared,emulator,server,client,web,bench,docs}'
const browser = [`${packages}/test/{browser,scenarios}/**/*.test.{ts,tsx}`]

export default defineConfig({
  test: {
    // PostgreSQL starting, packages being packed and calls being made share two cores.
    testTimeout: 30_000,
    hookTimeout: 60_000,
    projects: [
      {
        test: {
          name: 'node',
          include: [`${packages}/{src,test}/**/*.test.{ts,tsx}`],
          exclude: ['**/node_modules/**', ...browser],
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        // Real calls use every core there is, so these files run alone and one after another.
        test: {
          name: 'browser',
          include: browser,
          testTimeout: 60_000,
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
