import { baseUrl } from './variable.ts'

/** What the server has at its root: below a path of the same name nobody could tell whether a proxy has cut it off. */
const OWN_PATHS = ['trpc', 'room', 'assets', 'twilio', 'emulator', 'healthz', 'readyz']

/** The server's address as browsers see it, the path that a proxy gives it included. */
export function publicUrl() {
  return baseUrl().refine((url) => !OWN_PATHS.includes(pathOf(url).split('/')[1] ?? ''), {
    error: `its path must not begin with one of the server's own: ${OWN_PATHS.join(', ')}`,
  })
}

/** The path of the public address, as browsers send it, with no slash at its end: `''` or `/video`. */
export function toBasePath(url: string | undefined): string {
  return url === undefined ? '' : pathOf(url)
}

function pathOf(url: string): string {
  return new URL(url).pathname.replace(/\/+$/, '')
}
