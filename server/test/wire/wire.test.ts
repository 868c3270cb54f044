import { expect, test } from 'vitest'
import { callers, credentials, keysOnly } from './scenes/callers.ts'
import { cors, http } from './scenes/http.ts'
import { createPageScene } from './scenes/page.ts'
import { procedures } from './scenes/procedures.ts'
import { addressLimit, limits, publicAddress, statusCallback } from './scenes/deployments.ts'
import { createTwilioScene } from './scenes/twilio.ts'
import { record } from './wire.ts'

// What goes over the wire is a promise to clients we have never seen. Each recording holds whole requests and whole
// responses; ids, secrets and instants have placeholders. Where the wire is meant to change, record it anew and read
// the difference: npx vitest run server/test/wire --update
const SCENES = {
  procedures,
  callers,
  credentials,
  'keys-only': keysOnly,
  http,
  cors,
  limits,
  'address-limit': addressLimit,
  'public-address': publicAddress,
  'status-callback': statusCallback,
}

test.each(Object.entries(SCENES))(
  '%s: the wire is as recorded',
  async (name, scene) => {
    await expect(await record(scene)).toMatchFileSnapshot(`recordings/${name}.txt`)
  },
  120_000,
)

test('twilio: the wire is as recorded', async () => {
  await using scene = await createTwilioScene()
  await expect(await record(scene)).toMatchFileSnapshot('recordings/twilio.txt')
}, 120_000)

test('page: the wire is as recorded', async () => {
  await using scene = await createPageScene()
  await expect(await record(scene)).toMatchFileSnapshot('recordings/page.txt')
})
