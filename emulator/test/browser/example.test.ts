import { expect, test } from 'vitest'
import twilio from 'twilio'
import { createEmulator } from '../../src/index.ts'
import { launchChromium } from './chromium.ts'
import { createSite } from './site.ts'

test('two pages see each other, and a bot', async () => {
  await using emulator = await createEmulator()
  await using browser = await launchChromium()
  const site = await createSite()
  const { accountSid, apiKeySid, apiKeySecret } = emulator.credentials

  // What your own server does: sign a token with the emulator's API key.
  function signToken(identity: string): string {
    const token = new twilio.jwt.AccessToken(accountSid, apiKeySid, apiKeySecret, { identity })
    token.addGrant(new twilio.jwt.AccessToken.VideoGrant({ room: 'standup' }))
    return token.toJwt()
  }

  // What your own page does: connect, with the emulator as the signalling server.
  async function join(identity: string) {
    const page = await browser.newPage()
    await page.goto(site.url)
    const options = { name: 'standup', audio: true, video: true, wsServer: emulator.signalingUrl, insights: false }
    await page.evaluate(
      async ([token, options]) => {
        const room = await window.Twilio.Video.connect(token, options)
        const show = (event: string) => document.body.append(`${event} `)
        room.participants.forEach(({ identity }) => show(`${identity}-was-here`))
        room.on('participantConnected', ({ identity }) => show(`${identity}-came`))
        room.on('trackSubscribed', ({ kind }, _publication, { identity }) => show(`${kind}-of-${identity}`))
      },
      [signToken(identity), options] as const,
    )
    return page
  }

  const alice = await join('alice')
  const bob = await join('bob')
  await bob.getByText('alice-was-here').waitFor()
  await bob.getByText('video-of-alice').waitFor()
  await alice.getByText('video-of-bob').waitFor()

  await emulator.addBot({ room: 'standup', identity: 'carol' })
  await alice.getByText('carol-came').waitFor()
  expect(await alice.textContent('body')).not.toContain('of-carol')

  await site.close()
})
