import * as oauth from 'oauth4webapi'
import { tabStorage, writeSignIn } from '../sign-in.ts'
import { redirectUri, type Provider } from './provider.ts'
import { keepSession, type Session } from './session.ts'

// Authorization code with PKCE, as a public client. Source: RFC 6749, 4.1; RFC 7636; OpenID Connect Core 1.0, 3.1.

const KEY = 'roomkey.sign-in.begun'

/** What is known between leaving for the provider and coming back. */
type Begun = { state: string; nonce: string; verifier: string; returnTo: string }

/** Leaves for the provider; it sends the person back to {@link redirectUri}. */
export async function beginSignIn(provider: Provider): Promise<void> {
  const { authorization_endpoint: endpoint } = await discover(provider)
  if (endpoint === undefined) throw new Error(`${provider.issuer} names no authorization endpoint`)
  const verifier = oauth.generateRandomCodeVerifier()
  const begun: Begun = {
    state: oauth.generateRandomState(),
    nonce: oauth.generateRandomNonce(),
    verifier,
    returnTo: location.pathname + location.search + location.hash,
  }
  tabStorage.setItem(KEY, JSON.stringify(begun))
  const url = new URL(endpoint)
  const asked: Record<string, string> = {
    client_id: provider.clientId,
    redirect_uri: redirectUri(),
    response_type: 'code',
    scope: 'openid profile email offline_access',
    // Without it, some give no refresh token.
    prompt: 'consent',
    state: begun.state,
    nonce: begun.nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    // RFC 8707 calls it so, and Auth0 `audience`.
    ...(wantsAccessToken(provider) && { resource: provider.audience, audience: provider.audience }),
  }
  for (const [name, value] of Object.entries(asked)) url.searchParams.set(name, value)
  location.assign(url)
}

/** Whether the page's address is the provider's response to {@link beginSignIn}. */
export function isSignInResponse(): boolean {
  const { searchParams } = new URL(location.href)
  return (
    tabStorage.getItem(KEY) !== null &&
    searchParams.has('state') &&
    (searchParams.has('code') || searchParams.has('error'))
  )
}

/** Exchanges the provider's response for a token, and goes back to where the person was. */
export async function takeSignInResponse(provider: Provider): Promise<void> {
  const { state, nonce, verifier, returnTo } = JSON.parse(tabStorage.getItem(KEY) ?? '{}') as Begun
  const address = new URL(location.href)
  tabStorage.removeItem(KEY)
  history.replaceState(null, '', returnTo)
  const server = await discover(provider)
  const client = { client_id: provider.clientId }
  const parameters = oauth.validateAuthResponse(server, client, address, state)
  const response = await oauth.authorizationCodeGrantRequest(
    server,
    client,
    oauth.None(),
    parameters,
    redirectUri(),
    verifier,
    options(provider),
  )
  const tokens = await oauth.processAuthorizationCodeResponse(server, client, response, {
    expectedNonce: nonce,
    requireIdToken: true,
  })
  keep(provider, tokens)
}

/** Gets a fresh token without the person noticing. */
export async function renewSignIn(provider: Provider, { refreshToken }: Session): Promise<void> {
  const server = await discover(provider)
  const client = { client_id: provider.clientId }
  const response = await oauth.refreshTokenGrantRequest(server, client, oauth.None(), refreshToken, options(provider))
  keep(provider, await oauth.processRefreshTokenResponse(server, client, response), refreshToken)
}

function keep(provider: Provider, tokens: oauth.TokenEndpointResponse, refreshToken?: string): void {
  const token = wantsAccessToken(provider) ? tokens.access_token : (tokens.id_token ?? tokens.access_token)
  writeSignIn(token)
  keepSession({
    refreshToken: tokens.refresh_token ?? refreshToken ?? '',
    renewAt: Date.now() + Math.max(10, (tokens.expires_in ?? 300) - 60) * 1000,
  })
}

/** An ID token is meant for the client alone; whoever asks for another audience asks for an access token. */
function wantsAccessToken({ audience, clientId }: Provider): boolean {
  return audience !== undefined && audience !== clientId
}

async function discover(provider: Provider): Promise<oauth.AuthorizationServer> {
  const issuer = new URL(provider.issuer)
  const response = await oauth.discoveryRequest(issuer, { algorithm: 'oidc', ...options(provider) })
  return oauth.processDiscoveryResponse(issuer, response)
}

/** Plain http is for a provider on this machine. */
function options({ issuer }: Provider): { [oauth.allowInsecureRequests]: boolean } {
  return { [oauth.allowInsecureRequests]: ['localhost', '127.0.0.1'].includes(new URL(issuer).hostname) }
}
