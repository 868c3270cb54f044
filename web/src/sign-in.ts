/**
 * The person's token of the team's own sign-in, pasted by hand. It lives as long as the tab: a token that opens
 * rooms does not belong into storage that outlives the visit.
 */
const KEY = 'roomkey.sign-in'

export function readSignIn(): string {
  try {
    return sessionStorage.getItem(KEY) ?? ''
  } catch {
    return ''
  }
}

export function writeSignIn(value: string): void {
  try {
    if (value === '') sessionStorage.removeItem(KEY)
    else sessionStorage.setItem(KEY, value)
  } catch {
    // Without storage the sign-in lasts until the next request; the server will ask again.
  }
}
