/** The one account of an emulator. API key and secret sign access tokens; either pair opens the REST API. */
export type Credentials = {
  /** `AC` and 32 hexadecimal digits. */
  accountSid: string
  /** Also signs status callbacks. */
  authToken: string
  /** `SK` and 32 hexadecimal digits. */
  apiKeySid: string
  apiKeySecret: string
}

/** Fixed and well known, so that tests can rely on them; plainly not anyone's. */
export const DEFAULT_CREDENTIALS: Readonly<Credentials> = {
  accountSid: 'ACe0000000000000000000000000000001',
  authToken: 'emulator-auth-token-keeps-nothing-secret',
  apiKeySid: 'SKe0000000000000000000000000000001',
  apiKeySecret: 'emulator-api-key-secret-keeps-nothing-secret',
}
