import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { get } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { formatHelp } from '../../src/command-line.ts'
import { DEFAULT_CREDENTIALS, createEmulator } from '../../src/index.ts'

const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8')

it('shows every setting as the help does', () => {
  const settings = formatHelp()
    .split('\n')
    .filter((line) => line.startsWith('  --'))
  expect(readme).toContain(settings.join('\n'))
})

it('names the credentials that are in force', () => {
  for (const value of Object.values(DEFAULT_CREDENTIALS)) expect(readme).toContain(`\`${value}\``)
})

it('makes a certificate that whoever trusts its authority takes for Twilio and for this machine', async () => {
  const [, commands = ''] = /^```sh\n(openssl .*?)^```$/ms.exec(readme) ?? []
  const directory = await mkdtemp(join(tmpdir(), 'certificate-'))
  await using cleanup = new AsyncDisposableStack()
  cleanup.defer(() => rm(directory, { recursive: true }))
  await promisify(execFile)('bash', ['-ec', commands], { cwd: directory })
  const [ca, cert, key] = await Promise.all(
    ['rootCA.pem', 'cert.pem', 'key.pem'].map((file) => readFile(join(directory, file), 'utf8')),
  )
  const emulator = await createEmulator({ tls: { cert: String(cert), key: String(key) } })
  cleanup.defer(() => emulator.close())
  for (const servername of ['video.twilio.com', 'global.vss.twilio.com', 'sdkgw.us1.twilio.com', undefined]) {
    const status = await new Promise((resolve, reject) => {
      const url = `${emulator.url.replace('localhost', '127.0.0.1')}/v1/Rooms`
      get(url, { ca, agent: false, ...(servername && { servername }) }, (response) => {
        response.resume()
        resolve(response.statusCode)
      }).on('error', reject)
    })
    expect([servername, status]).toEqual([servername, 401])
  }
})
