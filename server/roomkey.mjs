#!/usr/bin/env node
// The command. Plain JavaScript, and first of all the compile cache: every start but the first then finds the sources
// compiled, and Node does not load its TypeScript stripper, a fifth of the memory of an idle server.
import { enableCompileCache } from 'node:module'
import { fileURLToPath } from 'node:url'

// Where the folder cannot be written, nothing is kept.
enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/roomkey', import.meta.url)))
await import('./src/main.ts')
