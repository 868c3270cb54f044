import { defineConfig } from 'tsdown'

export default defineConfig({
  entry: ['src/index.ts', 'src/react/index.ts'],
  // CommonJS too: Jest's default, and TypeScript's `module: node16` from CommonJS.
  format: ['esm', 'cjs'],
  platform: 'neutral',
  target: 'es2022',
  // Only what is published: declarations of tests would be written beside their sources.
  tsconfig: 'tsconfig.build.json',
  dts: true,
  unbundle: true,
  outExtensions: ({ format }) => (format === 'cjs' ? { js: '.cjs', dts: '.d.cts' } : { js: '.js', dts: '.d.ts' }),
  plugins: [
    {
      name: 'optional-peer-types',
      // `twilio-video` is an optional peer: without it, a project that only makes calls must type-check all the same,
      // and the types of `join` become `any`.
      generateBundle: {
        order: 'post',
        handler(_options, bundle) {
          for (const chunk of Object.values(bundle)) {
            if (chunk.type !== 'chunk' || !/\.d\.c?ts$/.test(chunk.fileName)) continue
            chunk.code = chunk.code
              .replace(/^import "twilio-video";$/gm, '')
              .replace(/^import .* from "twilio-video";$/gm, '// @ts-ignore optional peer\n$&')
          }
        },
      },
    },
  ],
})
