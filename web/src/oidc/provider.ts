import { siteUrl } from '../site-url.ts'

/** The team's sign-in, as OpenID Connect calls it. */
export type Provider = {
  issuer: string
  clientId: string
  /** Whom tokens must be meant for; left out where nobody asks. */
  audience?: string
}

/** The sign-in that this server takes, as it wrote it into the page; `null` where there is none for browsers. */
export function readProvider(): Provider | null {
  const text = document.querySelector<HTMLMetaElement>('meta[name="roomkey-sign-in"]')?.content
  return text === undefined ? null : (JSON.parse(text) as Provider)
}

/** Where the provider sends people back to: the one address of the page that it has to know. */
export function redirectUri(): string {
  return `${siteUrl()}/`
}
