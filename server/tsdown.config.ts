import { defineConfig } from 'tsdown'

export default defineConfig({
  entry: ['src/index.ts', 'src/cli/main.ts'],
  platform: 'node',
  target: 'node22.12',
  // Only what is published: declarations of tests would be written beside their sources.
  tsconfig: 'tsconfig.build.json',
  dts: { entry: 'src/index.ts' },
  // One file each, as the sources: a part that is loaded late stays late, and a stack leads to its place.
  unbundle: true,
  // Or declarations would ask for the types of whatever the sources import.
  treeshake: { moduleSideEffects: 'no-external' },
  outExtensions: () => ({ js: '.js', dts: '.d.ts' }),
  // The page, which server and package bring along. `npm run release` has built it.
  copy: { from: '../web/dist', to: 'dist', rename: 'page' },
})
