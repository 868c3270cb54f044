/**
 * The blocks that no test here runs: a document, what their first line begins with, and why. Blocks of TypeScript among
 * them are compiled all the same.
 */
export const NOT_RUN: [document: string, start: string, reason: string][] = [
  ['ARCHITECTURE.md', 'shared/', 'a map'],
  ['README.md', 'npm start', 'installs and builds; server/test/scripts.test.ts and process.test.ts hold its parts'],
  ['README.md', 'const call = await roomkey.join(', 'opens camera and microphone; web/test/browser joins calls'],
  ['README.md', 'npm install', 'installs tarballs; release/test/outside packs and installs'],
  ['bench/README.md', 'npm run bench', 'takes minutes, and all cores'],
  ['client/README.md', 'npm install', 'installs from the registry; release/test/outside packs and installs'],
  [
    'client/README.md',
    "import { createRoomkeyClient } from '@roomkey/client'\n\nconst roomkey = createRoomkeyClient({ url: 'http://localhost:5000' })\nconst room = await roomkey.join(",
    'opens camera and microphone; web/test/browser joins calls',
  ],
  [
    'client/README.md',
    "import { createRoomkeyClient } from '@roomkey/client'\nimport { RoomkeyProvider",
    'is for a browser; client/test/browser renders the hooks',
  ],
  [
    'client/README.md',
    "import { createSafeStorage } from '@roomkey/client'",
    'is for a browser; client/src/safe-storage.test.ts and web/test/browser run its parts',
  ],
  [
    'docs/configuration.md',
    'location /video/',
    'is for nginx; server/test/public-path.test.ts has proxies of both kinds',
  ],
  [
    'docs/events.md',
    "import { createRoomkeyClient } from '@roomkey/client'",
    'goes on for as long as its room; server/test/events reads such streams',
  ],
  [
    'docs/events.md',
    'curl -sN --get http://localhost:5000/trpc/rooms.events',
    'goes on for as long as its room; server/test/events reads such streams',
  ],
  [
    'docs/events.md',
    "import { createRoomkey, parseConfig } from '@roomkey/server'",
    'goes on for ever; server/test/events/on-event.test.ts is about it',
  ],
  [
    'docs/events.md',
    "import { createServer } from 'node:http'",
    'is a server that stays; docs/test/forwarded-events.test.ts runs it',
  ],
  [
    'docs/security.md',
    'AUTH_JWT_SECRET=0123456789abcdef0123456789abcdef npm start',
    'is how the server of the transcript below it is started',
  ],
  [
    'docs/rest.md',
    'npx -p @hey-api/openapi-ts',
    'installs from the registry; server/test/rest generates one, and calls it',
  ],
  ['docs/rest.md', "import { client } from './roomkey/client.gen'", 'needs that client; server/test/rest calls it so'],
  [
    'emulator/README.md',
    'docker build',
    'needs Docker; emulator/test/command and test/browser take ports and addresses',
  ],
  ['emulator/README.md', 'npm run emulator', 'emulator/test/command runs it'],
  ['emulator/README.md', 'openssl req', 'emulator/test/examples/readme.test.ts runs it'],
  ['emulator/README.md', "import { connect } from 'twilio-video'", 'is for a browser; emulator/test/browser connects'],
  ['emulator/README.md', '  --host HOST', 'is the help; emulator/test/examples/readme.test.ts compares them'],
  ['server/README.md', 'npm install', 'installs from the registry; release/test/outside packs, installs and starts'],
  ['shared/README.md', 'npm install', 'installs from the registry; release/test/outside packs and installs'],
  ['web/README.md', 'npm start', 'starts servers that stay'],
  ['web/README.md', 'index.html', 'a map'],
  ['web/README.md', 'SCREENSHOTS=', 'takes pictures; web/test/browser is what it runs'],
]

/** Documents whose programs are files of their package, which run there and are compared with the document. */
export const RUN_ELSEWHERE: ReadonlySet<string> = new Set(['transport/README.md']) // transport/test/readme.test.ts

/** Documents whose commands are one session each, and whose responses are to those; `sessions.test.ts` runs them. */
export const SESSIONS: ReadonlySet<string> = new Set(['docs/rest.md', 'docs/migrating.md'])
