import { createSafeStorage } from '@roomkey/client'

const KEY = 'roomkey.sign-in'

/** What the page keeps for as long as its tab is open. */
export const tabStorage = createSafeStorage(() => sessionStorage)

/** The person's token of the team's own sign-in, pasted by hand; empty when there is none. */
export function readSignIn(): string {
  return tabStorage.getItem(KEY) ?? ''
}

/** Kept with the tab only: a token that opens rooms must not outlive the visit. */
export function writeSignIn(value: string): void {
  if (value === '') tabStorage.removeItem(KEY)
  else tabStorage.setItem(KEY, value)
}
