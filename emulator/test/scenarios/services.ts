import assert from 'node:assert/strict'
import type { PreflightOptions } from 'twilio-video'
import type { Scenario } from './scenario.ts'

/** What surrounds a call: statistics, preflight, insights, and the channels of a media server. */
export const services: Scenario[] = [
  {
    name: 'getStats has exactly one report in a room of two, with each track in its place',
    async run(world) {
      const [alice, bob] = await Promise.all([
        world.join('alice', { room: 'a', audio: true }),
        world.join('bob', { room: 'a', video: true }),
      ])
      await Promise.all([alice.flowing(['bob']), bob.flowing(['alice'])])
      const counts = await Promise.all(
        [alice, bob].map(({ room }) =>
          room.evaluate(async (room) =>
            (await room.getStats()).map((report) => [
              report.localAudioTrackStats.length,
              report.localVideoTrackStats.length,
              report.remoteAudioTrackStats.length,
              report.remoteVideoTrackStats.length,
            ]),
          ),
        ),
      )
      assert.deepEqual(counts, [[[1, 0, 0, 1]], [[0, 1, 1, 0]]])
    },
  },
  {
    name: 'runPreflight passes all its steps and gives a full report',
    options: { turn: true },
    async run(world) {
      const page = await world.openPage()
      const { report, progress } = await page.evaluate(async (token) => {
        const { wsServer } = window.stage.defaults
        const test = window.Twilio.Video.runPreflight(token, { duration: 2000, wsServer } as PreflightOptions)
        const progress: string[] = []
        return new Promise<{ report: { [key: string]: unknown }; progress: string[] }>((resolve, reject) => {
          test.on('progress', (name: string) => progress.push(name))
          test.on('completed', (report) => resolve({ report: JSON.parse(JSON.stringify(report)), progress }))
          test.on('failed', (error, partial) => reject(new Error(`${error.message} ${JSON.stringify(partial)}`)))
        })
      }, world.token('alice'))
      assert.deepEqual([...progress].sort(), [
        'connected',
        'dtlsConnected',
        'iceConnected',
        'mediaAcquired',
        'mediaStarted',
        'mediaSubscribed',
        'peerConnectionConnected',
      ])
      assert.ok(report.selectedIceCandidatePairStats)
      assert.ok(report.networkTiming)
    },
  },
  {
    name: 'runPreflight with a bad token fails with 20101',
    async run(world) {
      const page = await world.openPage()
      const code = await page.evaluate(() => {
        const { wsServer } = window.stage.defaults
        const test = window.Twilio.Video.runPreflight('badToken', { wsServer } as PreflightOptions)
        return new Promise<number | string>((resolve) => {
          test.on('completed', () => resolve('completed'))
          test.on('failed', (error: { code?: number; message: string }) => resolve(error.code ?? error.message))
        })
      })
      assert.equal(code, 20101)
    },
  },
  ...[true, false].map((insights): Scenario => ({
    name: `a call goes on with insights ${insights ? 'on' : 'off'}, whose socket is ${insights ? 'open' : 'never opened'}`,
    async run(world) {
      const page = await world.openPage()
      const opened: string[] = []
      page.on('websocket', (socket) => opened.push(socket.url()))
      const alice = await world.join('alice', { page, room: 'a', insights })
      const bob = await world.join('bob', { page, room: 'a', insights })
      await alice.publish('data', 'notes')
      await bob.event('trackSubscribed', { track: 'notes' })
      assert.equal(opened.filter((url) => url === world.emulator.insightsUrl).length, insights ? 2 : 0)
    },
  })),
]
