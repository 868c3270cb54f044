import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { CLIENT_ERROR_CODES } from '@roomkey/client'
import { VideoError, formatError, parseConfig } from '@roomkey/server'
import { ERROR_CODES, type ErrorCode } from '@roomkey/shared'
import { TRPCError } from '@trpc/server'
import { expect, test } from 'vitest'
import { ROOT, listDocuments, readText } from './blocks.ts'

const documents = await readDocuments()
const reference = await readDocuments(['docs/reference/*.md'])
const textOf = (path: string) => documents.find((document) => document.path === path)?.text ?? ''

test('README lists every error code with its HTTP status', () => {
  const rows = textOf('README.md').matchAll(/^\| (`[A-Z_]+`(?: · `[A-Z_]+`)*) \| ([^|]+) \|/gm)
  const listed = [...rows].flatMap(([, codes = '', statuses = '']) => {
    const each = statuses.trim().split(' · ')
    return codes.split(' · ').map((code, index) => [code.replaceAll('`', ''), each.length > 1 ? each[index] : each[0]])
  })
  expect(new Set(listed.map(([code]) => code))).toEqual(new Set(ERROR_CODES))
  for (const [code, told] of listed) {
    const status = String(statusOf(code as ErrorCode))
    if (told?.startsWith('422 when rejected'))
      expect(status).toMatch(code === 'TWILIO_REJECTED' ? /^422$/ : /^50[234]$/)
    else expect(`${code} ${status}`).toBe(`${code} ${told}`)
  }
})

test("the client's README lists every code of its own", () => {
  const listed = [...textOf('client/README.md').matchAll(/^\| (`[A-Z_]+`(?: · `[A-Z_]+`)*) \|/gm)]
  expect(listed.flatMap(([, codes = '']) => codes.replaceAll('`', '').split(' · '))).toEqual([...CLIENT_ERROR_CODES])
})

test('configuration.md tells the defaults that are in force', () => {
  // A server that asks who calls, on Twilio: there every default counts.
  const environment: Record<string, string> = {
    TWILIO_ACCOUNT_SID: `AC${'a'.repeat(32)}`,
    TWILIO_API_KEY: `SK${'b'.repeat(32)}`,
    TWILIO_API_SECRET: 'x',
    AUTH_JWT_SECRET: 'x'.repeat(32),
  }
  const rows = [...textOf('docs/configuration.md').matchAll(/^\| `([A-Z_]+)` \| `([^`]+)` \|/gm)]
  expect(rows.length).toBeGreaterThan(10)
  for (const [, name = '', value = ''] of rows) {
    expect([name, parseConfig({ ...environment, [name]: value })]).toEqual([name, parseConfig(environment)])
  }
})

test('security.md tells the limits that are in force', () => {
  const { limits, addressLimit, maxConnectionsPerAddress } = parseConfig({ AUTH_JWT_SECRET: 'x'.repeat(32) }).access
  const [calls, tokens, invites, requests, connections] = [
    limits.calls,
    limits.tokens,
    limits.invites,
    addressLimit,
    maxConnectionsPerAddress,
  ].map((limit) => limit?.toLocaleString('en'))
  expect(textOf('docs/security.md').replaceAll('\n', ' ')).toContain(
    `${calls} calls, ${tokens} access tokens, ${invites} wrong guesses at invitations; then ${requests} requests and ${connections} connections per address`,
  )
})

test.each([...documents, ...reference])('links of $path lead somewhere', async ({ path, text }) => {
  const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target)
  for (const link of links.filter((target) => !/^[a-z]+:/.test(target))) {
    const [file = '', heading] = link.split('#', 2)
    const target = file === '' ? new URL(path, ROOT) : new URL(file, new URL(path, ROOT))
    expect(existsSync(target), link).toBe(true)
    if (heading !== undefined) expect(headingsOf(await readFile(target, 'utf8')), link).toContain(heading)
  }
})

test('every npm script that a document names is there', async () => {
  const { scripts } = JSON.parse(await readText('package.json')) as { scripts: Record<string, string> }
  for (const { path, text } of documents) {
    for (const [, script = ''] of text.matchAll(/\bnpm run ([a-z:-]+)/g))
      expect(Object.keys(scripts), path).toContain(script)
  }
})

async function readDocuments(patterns?: string[]): Promise<{ path: string; text: string }[]> {
  return Promise.all((await listDocuments(patterns)).map(async (path) => ({ path, text: await readText(path) })))
}

/** The fragments by which the headings of a document are linked to, as GitHub makes them. */
function headingsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}

function statusOf(code: ErrorCode): number {
  const error = new TRPCError({ code: 'INTERNAL_SERVER_ERROR', cause: new VideoError(code, '') })
  const shape = { message: '', code: -32603, data: { code: error.code, httpStatus: 500 } } as const
  return formatError({ error, shape }).data.httpStatus
}
