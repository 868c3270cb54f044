import { fileURLToPath } from 'node:url'

/** The project's root. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** A package that is published. */
export type Package = {
  name: string
  /** Where it is, from the root. */
  folder: string
  /** Whether it is CommonJS as well. */
  commonjs: boolean
  /** What may be inside, besides `package.json`, README and licence. */
  files: RegExp
  /** What must be inside, besides those. */
  required: string[]
}

const ESM = /^dist\/.+(?:\.js|\.d\.ts)$/
const BOTH = /^dist\/.+(?:\.c?js|\.d\.c?ts)$/
const PAGE = 'dist/page/'

/** Every package that is published, each after those it depends on. */
export const PACKAGES: readonly Package[] = [
  { name: '@roomkey/shared', folder: 'shared', commonjs: true, files: BOTH, required: ['dist/index.cjs'] },
  { name: '@roomkey/trpc-fastify', folder: 'transport', commonjs: false, files: ESM, required: ['dist/index.js'] },
  { name: '@roomkey/emulator', folder: 'emulator', commonjs: false, files: ESM, required: ['dist/main.js'] },
  {
    name: '@roomkey/server',
    folder: 'server',
    commonjs: false,
    files: new RegExp(
      `${ESM.source}|^roomkey\\.mjs$|^${PAGE}(?:assets/)?[\\w-]+\\.(?:html|svg|js|css|woff2)(?:\\.br|\\.gz)?$`,
    ),
    required: ['roomkey.mjs', 'dist/cli/main.js', `${PAGE}index.html`, `${PAGE}favicon.svg`],
  },
  { name: '@roomkey/client', folder: 'client', commonjs: true, files: BOTH, required: ['dist/react/index.cjs'] },
]
