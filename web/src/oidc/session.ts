import { tabStorage, writeSignIn } from '../sign-in.ts'

const KEY = 'roomkey.sign-in.session'

/** What a sign-in by the provider goes on with. Kept with the tab only, as the token itself. */
export type Session = {
  /** Empty where the provider gave none. */
  refreshToken: string
  /** By this machine's clock, which also said when the token came. */
  renewAt: number
}

export function keepSession(session: Session): void {
  tabStorage.setItem(KEY, JSON.stringify(session))
}

/** `null` for who has not signed in at the provider. */
export function readSession(): Session | null {
  return JSON.parse(tabStorage.getItem(KEY) ?? 'null') as Session | null
}

/** Forgets the token, and what could renew it. */
export function endSession(): void {
  tabStorage.removeItem(KEY)
  writeSignIn('')
}
