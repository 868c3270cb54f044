#!/usr/bin/env node
// The command. Plain JavaScript, and first of all the compile cache: every start but the first then finds the sources
// compiled, and Node does not load its TypeScript stripper, a fifth of the memory of an idle server.
import * as module from 'node:module'
import { fileURLToPath } from 'node:url'
import { setFlagsFromString } from 'node:v8'

const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 21)) {
  process.stderr.write(
    `Roomkey needs Node 22.21 or 24.11, or a later one; this is ${process.version}. In a checkout, npm start brings it.\n`,
  )
  process.exit(1)
}

// Most of what is made while modules load stays, so that V8 would double the space for new objects again and again, and
// keep it: a sixth of the memory of an idle server, for a twentieth of the start. Later it grows when calls need it; two
// is V8's own factor.
setFlagsFromString('--semi-space-growth-factor=1')
setTimeout(setFlagsFromString, 3000, '--semi-space-growth-factor=2').unref()

// Where the folder cannot be written, nothing is kept.
module.enableCompileCache(fileURLToPath(new URL('node_modules/.cache/roomkey', import.meta.url)))
// The source in a checkout, what was built of it in a package: package.json says which.
await import('#main')
