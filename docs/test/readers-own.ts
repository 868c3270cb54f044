import type { Caller } from '@roomkey/server'

// What documents leave to their reader. Programs of documents are compiled against it and run after it.
declare global {
  /** The library of your identity provider. */
  var oidc: { getAccessToken: () => Promise<string> }
  /** Who uses your product. */
  var user: { id: string; roles: string[] }
  var isTeacher: (caller: Caller) => boolean
  /** Of your Twilio account. */
  var accountSid: string
  var authToken: string
  /** An access token. */
  var token: string
}

globalThis.oidc = { getAccessToken: async () => process.env['SIGN_IN_TOKEN'] ?? '' }
globalThis.user = { id: 'ann', roles: [] }
globalThis.isTeacher = (caller) => caller.kind === 'user' && caller.roles.includes('teacher')
globalThis.accountSid = process.env['EMULATOR_ACCOUNT_SID'] ?? ''
globalThis.authToken = process.env['EMULATOR_AUTH_TOKEN'] ?? ''
globalThis.token = ''
