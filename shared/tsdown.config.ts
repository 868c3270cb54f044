import { defineConfig } from 'tsdown'

export default defineConfig({
  entry: ['src/index.ts', 'src/error-code.ts', 'src/contract/trpc.ts', 'src/contract/openapi.ts'],
  // CommonJS too: Jest's default, and TypeScript's `module: node16` from CommonJS.
  format: ['esm', 'cjs'],
  platform: 'neutral',
  target: 'es2022',
  dts: true,
  // One file each, so that a bundler can leave out every schema that is not used.
  unbundle: true,
  outExtensions: ({ format }) => (format === 'cjs' ? { js: '.cjs', dts: '.d.cts' } : { js: '.js', dts: '.d.ts' }),
})
