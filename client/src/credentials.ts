import { RoomkeyError } from './errors.ts'

/** Gives the caller's token: of your own sign-in, or an API key. An empty string: none. */
export type Auth = () => string | Promise<string>

/** The token that requests are sent with. */
export type Credentials = {
  /** The token to send; asks `auth` the first time, and after `discard`. `null`: send none. */
  get(): Promise<string | null>
  /** Forgets the token, if it is still the one that was refused: of many refused requests, one leads to a refresh. */
  discard(refused: string | null): void
}

/** Keeps what `auth` gives for as long as the server takes it. */
export function createCredentials(auth: Auth): Credentials {
  let current: { token: string | null } | null = null
  let asking: Promise<string | null> | null = null

  return {
    async get() {
      if (current !== null) return current.token
      asking ??= ask().finally(() => (asking = null))
      return asking
    },
    discard(refused) {
      if (current?.token === refused) current = null
    },
  }

  async function ask(): Promise<string | null> {
    let token
    try {
      token = await auth()
    } catch (cause) {
      throw new RoomkeyError('UNAUTHENTICATED', 'auth() failed, so there is no token to send', { cause })
    }
    if (typeof token !== 'string' || !/^[\x21-\x7e]*$/.test(token)) {
      // Said here, because `fetch` would print the token in its own message.
      throw new RoomkeyError('UNAUTHENTICATED', 'auth() must give a token of visible ASCII characters')
    }
    current = { token: token === '' ? null : token }
    return current.token
  }
}
