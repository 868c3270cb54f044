import { createServer, type RequestListener } from 'node:http'
import { exportJWK, generateKeyPair } from 'jose'
import { describe, expect, test } from 'vitest'
import { examine } from '../src/cli/doctor/examine.ts'
import { parseConfig } from '../src/index.ts'
import { diagnose, findFreePort, respondWith, serveWith } from './diagnose.ts'
import { SAMPLE_CREDENTIALS } from './setup.ts'

describe('the sign-in', () => {
  const examineKeys = async (listener: RequestListener, env: Record<string, string> = {}) => {
    await using server = await respondWith(listener)
    const AUTH_JWKS_URL = `http://127.0.0.1:${server.port}/jwks.json`
    return (await diagnose({ AUTH_JWKS_URL, AUTH_ISSUER: 'https://id.example.com', AUTH_AUDIENCE: 'roomkey', ...env }))[
      'sign-in'
    ]
  }
  const publish =
    (keys: unknown): RequestListener =>
    (_request, response) => {
      response.end(JSON.stringify({ keys }))
    }

  test('is found by its issuer, and must be the one that was named', async () => {
    const { publicKey } = await generateKeyPair('ES256', { extractable: true })
    const key = await exportJWK(publicKey)
    const examineIssuer = async (issuerOf: (base: string) => string) => {
      await using server = await serveWith(
        createServer((request, response) => {
          const base = `http://${request.headers.host}`
          const isMetadata = request.url === '/.well-known/openid-configuration'
          const metadata = { issuer: issuerOf(base), jwks_uri: `${base}/keys` }
          response.end(JSON.stringify(isMetadata ? metadata : { keys: [key] }))
        }),
      )
      return (await diagnose({ AUTH_ISSUER: `http://127.0.0.1:${server.port}`, AUTH_AUDIENCE: 'roomkey' }))['sign-in']
    }
    expect(await examineIssuer((base) => base)).toBe('ok: AUTH_ISSUER has 1 fitting of 1 keys')
    expect(await examineIssuer((base) => `${base}/`)).toMatch(/^failed: AUTH_ISSUER .*calls itself .*letter by letter/)
  })

  test('by code of the team’s own is taken for granted', async () => {
    const found = await examine(parseConfig({ ...SAMPLE_CREDENTIALS, DATA_DIR: ':memory:' }, { hasSignIn: true }), 1000)
    expect(found.find(({ name }) => name === 'sign-in')).toMatchObject({ status: 'ok' })
  })

  test('has keys that fit the algorithms, or says so', async () => {
    const { publicKey } = await generateKeyPair('ES256', { extractable: true })
    const key = await exportJWK(publicKey)
    expect(await examineKeys(publish([{ ...key, use: 'sig' }, { kty: 'RSA' }]))).toBe(
      'ok: AUTH_JWKS_URL has 1 fitting of 2 keys',
    )
    const none = /^failed: AUTH_JWKS_URL has 1 keys, none of them for .*AUTH_ALGORITHMS/
    expect(await examineKeys(publish([{ ...key, use: 'enc' }]))).toMatch(none)
    expect(await examineKeys(publish([key]), { AUTH_ALGORITHMS: 'RS256' })).toMatch(none)
    expect(await examineKeys(publish([{ ...key, x: 'broken' }]))).toMatch(none)
  })

  test.each<[string, RequestListener, RegExp]>([
    ['an error', (_request, response) => response.writeHead(404).end(), /status 404/],
    ['a page', (_request, response) => response.end('<html>planted</html>'), /not a JSON Web Key Set/],
    ['other JSON', (_request, response) => response.end('{"issuer":"x"}'), /not a JSON Web Key Set/],
    ['too much', (_request, response) => response.end('x'.repeat(300_000)), /larger than/],
  ])('that answers with %s fails', async (_name, listener, expected) => {
    const found = await examineKeys(listener)
    expect(found).toMatch(/^failed: AUTH_JWKS_URL answers with no keys.*jwks_uri/)
    expect(found).toMatch(expected)
  })

  test('that is not reached fails', async () => {
    const url = `http://127.0.0.1:${await findFreePort()}`
    const found = await diagnose({ AUTH_JWKS_URL: url, AUTH_ISSUER: 'x', AUTH_AUDIENCE: 'x' })
    expect(found['sign-in']).toMatch(/^failed: AUTH_JWKS_URL.*ECONNREFUSED/)
  })
})
