import { defineConfig } from 'tsdown'
import { nodeBuild } from '../release/node-build.ts'

export default defineConfig({ ...nodeBuild, entry: ['src/index.ts', 'src/main.ts'] })
