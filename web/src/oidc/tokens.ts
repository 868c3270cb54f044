import { readSignIn } from '../sign-in.ts'
import { readProvider } from './provider.ts'
import { keepSession, readSession, type Session } from './session.ts'

// The provider's tokens: taken when it sends the person back, renewed before they run out. What speaks to the provider is
// loaded when there is something to say.

/** Where the page was opened by the provider's response, takes it; returns what went wrong, in words. */
export async function finishSignIn(): Promise<string | null> {
  const provider = readProvider()
  if (provider === null || !new URL(location.href).searchParams.has('state')) return null
  try {
    const flow = await import('./sign-in-flow.ts')
    if (flow.isSignInResponse()) await flow.takeSignInResponse(provider)
    return null
  } catch {
    return 'Signing in did not work. Try again.'
  }
}

let renewing: Promise<void> | undefined

/** The token to send now; shortly before one of the provider's runs out, a fresh one. */
export async function freshSignIn(): Promise<string> {
  const session = readSession()
  const provider = readProvider()
  if (provider === null || session === null || session.refreshToken === '' || Date.now() < session.renewAt) {
    return readSignIn()
  }
  renewing ??= renew(session).finally(() => (renewing = undefined))
  await renewing
  return readSignIn()

  async function renew(current: Session): Promise<void> {
    if (provider === null) return
    try {
      const { renewSignIn } = await import('./sign-in-flow.ts')
      await renewSignIn(provider, current)
    } catch {
      // The token may be good for a little longer; then the server asks for another sign-in.
      keepSession({ ...current, renewAt: Date.now() + 30_000 })
    }
  }
}
