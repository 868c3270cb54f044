#!/usr/bin/env node
// The command. Plain JavaScript, and first of all the compile cache: every start but the first then finds the sources
// compiled, and Node does not load its TypeScript stripper, a fifth of the memory of an idle server.
import * as module from 'node:module'
import { fileURLToPath } from 'node:url'

// Node's type stripping, without a flag.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(`Roomkey runs on Node 24, not ${process.version}. npm start brings the right one along.\n`)
  process.exit(1)
}

// Where the folder cannot be written, nothing is kept.
module.enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/roomkey', import.meta.url)))
await import('./src/main.ts')
