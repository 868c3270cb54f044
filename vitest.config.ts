import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { BaseSequencer, type TestSpecification } from 'vitest/node'
import { defineConfig } from 'vitest/config'

const packages = '{shared,generate,transport,emulator,server,client,web,bench,docs,release}'
const calls = ['emulator/test/{browser,scenarios}/**/*.test.ts']
// What is true of every call, whatever a test is about.
const setupFiles = ['server/test/declared-errors.ts']
// Real installations. `npm run test:packages` runs them, `npm test` does not.
const outside = ['release/test/outside/*.test.ts', 'server/test/image.test.ts']
const pages = ['{client,web}/test/browser/**/*.test.ts', 'examples/test/**/*.test.ts']

// Of the processor time that a server takes to start in a process of its own, half is for compiling what it loads.
process.env['NODE_COMPILE_CACHE'] ??= fileURLToPath(new URL('node_modules/.cache/compiled', import.meta.url))

/**
 * What takes longest begins first, in this order, and does not hold up the end of a run alone. What mostly waits stands
 * between what mostly computes.
 */
const FIRST = [
  'bench/src/soak/soak',
  'docs/test/programs',
  'release/test/packages',
  'access/frozen-postgres',
  'server/test/process',
  'test/signaling/forwarding',
  'access/matrix',
  'access/slow',
  'attacks/strings',
  'server/test/overload',
  'rest/property',
  'access/servers',
  'events/anonymized',
  'access/commands',
  'browser/call.test',
  'test/scenarios/scenarios',
  'test/browser/forwarding',
  'browser/chaos',
  'browser/healing',
]

/** A laptop may be busy: what is waited for comes, though late. */
const PATIENT = { poll: { timeout: 30_000 } }

/** A worker goes on with the next file only if that has the same environment. One change is all there has to be. */
function hasDocument({ moduleId }: TestSpecification): boolean {
  return readFileSync(moduleId, 'utf8').startsWith('// @vitest-environment')
}

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = (file: TestSpecification) => {
      const first = FIRST.findIndex((part) => file.moduleId.includes(part))
      return first === -1 ? FIRST.length + Number(hasDocument(file)) : first
    }
    const ranked = (await super.sort(files)).map((file) => ({ file, rank: rank(file) }))
    return ranked.toSorted((a, b) => a.rank - b.rank).map(({ file }) => file)
  }
}

// One group after the other, for the calls among them use every core there is.
export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    // PostgreSQL starting, packages being packed and calls being made share two cores.
    testTimeout: 30_000,
    hookTimeout: 60_000,
    projects: [
      {
        test: {
          name: 'node',
          // Some wait for a database that is frozen, and for servers to give up on it, in words.
          testTimeout: 120_000,
          hookTimeout: 120_000,
          expect: PATIENT,
          include: [`${packages}/{src,test}/**/*.test.{ts,tsx}`],
          exclude: ['**/node_modules/**', ...calls, ...pages, ...outside],
          setupFiles,
          // One more than there are cores: several files wait for servers that have stopped.
          maxWorkers: 3,
          // Mocks and stubs end with their file. Loading every module anew for each file would take a third of the processor time.
          isolate: false,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'pages',
          include: pages,
          setupFiles,
          testTimeout: 180_000,
          expect: PATIENT,
          maxWorkers: 2,
          isolate: false,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'calls',
          include: calls,
          testTimeout: 180_000,
          expect: PATIENT,
          // One may wait for a browser to give a network up while the other has calls.
          maxWorkers: 2,
          isolate: false,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          name: 'packages',
          include: outside,
          globalSetup: 'release/test/outside/setup.ts',
          testTimeout: 300_000,
          hookTimeout: 300_000,
          expect: PATIENT,
          maxWorkers: 2,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
})
