import { defineConfig } from 'tsdown'
import { nodeBuild } from '../release/node-build.ts'

export default defineConfig({
  ...nodeBuild,
  entry: ['src/index.ts', 'src/cli/main.ts'],
  // The page, which server and package bring along. `npm run release` has built it.
  copy: { from: '../web/dist', to: 'dist', rename: 'page' },
})
