import { z } from 'zod'
import { isSafeToFetch } from '../config/sign-in.ts'
import { fetchJson, type FetchJsonOptions } from './fetch-json.ts'

const MetadataSchema = z.object({ issuer: z.string(), jwks_uri: z.url() })

/**
 * Where an OpenID Connect issuer has its keys, by its own metadata.
 * Source: OpenID Connect Discovery 1.0, sections 4.1 and 4.3.
 * @throws Error in words
 */
export async function discoverKeySet(issuer: string, init: RequestInit, options?: FetchJsonOptions): Promise<URL> {
  const address = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
  const metadata = MetadataSchema.safeParse(await fetchJson(address, { ...init, redirect: 'error' }, options))
  if (!metadata.success) throw new Error('its response is not the metadata of an OpenID Connect issuer')
  if (metadata.data.issuer !== issuer) {
    throw new Error(`it calls itself "${metadata.data.issuer}": that is what AUTH_ISSUER must be, letter by letter`)
  }
  const url = new URL(metadata.data.jwks_uri)
  if (!isSafeToFetch(url)) throw new Error('its keys are at an address that is not https')
  return url
}
