import { defineConfig } from 'tsdown'

export default defineConfig({
  entry: ['src/index.ts', 'src/react/index.ts'],
  platform: 'neutral',
  target: 'es2022',
  // Only what is published: declarations of tests would be written beside their sources.
  tsconfig: 'tsconfig.build.json',
  dts: true,
  unbundle: true,
  outExtensions: () => ({ js: '.js', dts: '.d.ts' }),
  plugins: [
    {
      name: 'optional-peer-types',
      // `twilio-video` is an optional peer: without it, a project that only makes calls must type-check all the same,
      // and the types of `join` become `any`.
      generateBundle: {
        order: 'post',
        handler(_options, bundle) {
          for (const chunk of Object.values(bundle)) {
            if (chunk.type !== 'chunk' || !chunk.fileName.endsWith('.d.ts')) continue
            chunk.code = chunk.code
              .replace(/^import "twilio-video";$/gm, '')
              .replace(/^import .* from "twilio-video";$/gm, '// @ts-ignore optional peer\n$&')
          }
        },
      },
    },
  ],
})
