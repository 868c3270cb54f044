import type { Page } from 'playwright-core'
import type { TranscriptionEvent } from 'twilio-video'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Browser } from 'playwright-core'
import type { Caller } from './caller.ts'
import { launchChromium } from './chromium.ts'
import { createWorld } from './world.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launchChromium()
})
afterAll(() => browser.close())

const media = { room: 'a', audio: true, video: true }
const manual = { video: { contentPreferencesMode: 'manual', clientTrackSwitchOffControl: 'manual' } } as const

/** Packets of video that have come so far. */
async function videoPackets({ room }: Caller): Promise<number> {
  const deliveries = await room.evaluate((room) => window.stage.deliveries(room))
  return deliveries.filter(({ kind }) => kind === 'video').reduce((sum, { packets }) => sum + packets, 0)
}

/** Waits until no video comes for a second. */
async function videoStopped(caller: Caller): Promise<void> {
  await caller.room.evaluate(async (room) => {
    let before = -1
    let since = performance.now()
    await window.stage.until('video to stop', async () => {
      const now = (await window.stage.deliveries(room)).filter(({ kind }) => kind === 'video')
      const packets = now.reduce((sum, each) => sum + each.packets, 0)
      if (packets !== before) since = performance.now()
      before = packets
      return performance.now() - since > 1000
    })
  })
}

/** Waits for pictures of one of these widths. */
async function shown({ room }: Caller, widths: number[], deadlineMs?: number): Promise<void> {
  await room.evaluate(
    (room, [widths, deadlineMs]) =>
      window.stage.until(
        `pictures ${widths.join(' or ')} wide`,
        async () => {
          const [report] = await room.getStats()
          return report?.remoteVideoTrackStats.some(({ dimensions }) => widths.includes(dimensions?.width ?? 0))
        },
        deadlineMs,
      ),
    [widths, deadlineMs] as const,
  )
}

/** Joins with a camera of that size, encoded as asked. */
async function joinWithCamera(page: Page, token: string, size: object, preferredVideoCodecs: unknown) {
  return page.evaluateHandle(
    async ([token, size, preferredVideoCodecs]) => {
      const camera = await window.Twilio.Video.createLocalVideoTrack({ ...size, name: 'camera' })
      return window.stage.connect(token, { name: 'a', tracks: [camera], preferredVideoCodecs } as never)
    },
    [token, size, preferredVideoCodecs] as const,
  )
}

// They mostly wait: for statistics, for the browser to give a network up, for layers to settle.
describe('media through the server', { concurrent: true }, () => {
  test('heal by an ICE restart after a network that was gone, of which a lone client is told as well', async () => {
    await using world = await createWorld(browser, { media: 'forwarding', tabs: true })
    const alice = await world.join('alice', media)
    // It sends, so it is connected.
    await alice.room.evaluate((room) =>
      window.stage.until('a connection', async () => {
        const [report] = await room.getStats()
        return report?.localVideoTrackStats.some(({ bytesSent }) => Number(bytesSent) > 1000)
      }),
    )
    world.emulator.network({ participant: 'alice', lossPercent: 100 })
    await alice.event('reconnecting', { code: 53405 })
    world.emulator.network({ participant: 'alice' })
    await alice.event('reconnected')
    const bob = await world.join('bob', media)
    await Promise.all([alice.flowing(['bob']), bob.flowing(['alice'])])
  })

  test('end for a client whose network never comes back', async () => {
    await using world = await createWorld(browser, { media: 'forwarding', tabs: true })
    const [alice, bob] = await Promise.all([world.join('alice', media), world.join('bob', media)])
    await Promise.all([alice.flowing(['bob']), bob.flowing(['alice'])])
    world.emulator.network({ participant: 'alice', lossPercent: 100 })
    await alice.event('reconnecting', { code: 53405 })
    await alice.event('disconnected', { code: 53405 }, 120_000)
    await bob.event('participantDisconnected', { identity: 'alice' })
    expect(await bob.state()).toBe('connected')
  })

  test('are transcribed, where the room is: that somebody speaks, and what a test lets them say', async () => {
    await using world = await createWorld(browser, { media: 'forwarding', tabs: true })
    const { sid } = await world.rest.video.v1.rooms.create({ uniqueName: 'a', transcribeParticipantsOnConnect: true })
    const alice = await world.join('alice', { room: 'a', audio: true, receiveTranscriptions: true })
    const bob = await world.join('bob', { room: 'a', receiveTranscriptions: true })
    const carol = await world.join('carol', { room: 'a' })
    // The pretend microphone beeps.
    await Promise.all([alice, bob].map(({ event }) => event('transcription')))

    const heard = await bob.room.evaluateHandle((room) => {
      const texts: TranscriptionEvent[] = []
      room.on('transcription', (event) => texts.push(event))
      return texts
    })
    world.emulator.transcribe({ room: 'a', participant: 'alice', text: 'Good morning', languageCode: 'en-GB' })
    const mic = await alice.room.evaluate(({ localParticipant }) => [...localParticipant.tracks.keys()][0])
    const greeting = await heard.evaluate((texts) =>
      window.stage.until('a greeting', () => texts.find(({ transcription }) => transcription === 'Good morning')),
    )
    expect(greeting).toMatchObject({
      type: 'extension_transcriptions',
      participant: alice.sid,
      track: mic,
      partial_results: false,
      language_code: 'en-GB',
      sequence_number: expect.any(Number),
      timestamp: expect.any(String),
    })
    expect(await carol.events('transcription')).toEqual([])
    const { transcriptions } = world.rest.video.v1.rooms(sid)
    const [transcription] = await transcriptions.list()
    await transcriptions(transcription?.ttid ?? '').update({ status: 'stopped' })
    expect(() => world.emulator.transcribe({ room: 'a', participant: 'alice', text: 'Is this on?' })).toThrow()
  })

  test('take one peer connection a client, whatever it asks for, and its statistics tell true', async () => {
    await using world = await createWorld(browser, { media: 'forwarding', tabs: true })
    const options = { ...media, dominantSpeaker: true, networkQuality: true, bandwidthProfile: manual } as const
    const callers = await Promise.all(['alice', 'bob', 'carol'].map((identity) => world.join(identity, options)))
    for (const { identity, flowing } of callers) {
      await flowing(['alice', 'bob', 'carol'].filter((other) => other !== identity))
    }
    const reports = await callers[0]?.room.evaluate(async (room) =>
      (await room.getStats()).map((report) => ({
        sent: [...report.localAudioTrackStats, ...report.localVideoTrackStats].map(({ trackSid }) => trackSid).length,
        received: [...report.remoteAudioTrackStats, ...report.remoteVideoTrackStats].map(({ trackSid }) => trackSid),
        bytes: report.remoteVideoTrackStats.every(({ bytesReceived }) => Number(bytesReceived) > 0),
      })),
    )
    expect(reports).toMatchObject([{ sent: 2, bytes: true }])
    expect(new Set(reports?.[0]?.received).size).toBe(4)

    /** What the statistics of each kind leave open, once the browsers have reported to the server and it to them. */
    const missing = await callers[0]?.room.evaluate((room) => {
      const kinds = ['localAudioTrackStats', 'localVideoTrackStats', 'remoteAudioTrackStats', 'remoteVideoTrackStats']
      // Chromium has no jitter of video received, and no levels of sound that nobody plays.
      const unknown = ['jitter', 'audioLevel', 'captureDimensions', 'captureFrameRate']
      let open: string[] = []
      const isComplete = async () => {
        const [report] = await room.getStats()
        open = kinds.flatMap((kind) =>
          (report?.[kind as 'localAudioTrackStats'] ?? []).flatMap((stats) =>
            Object.entries(stats)
              .filter(([field, value]) => value === null && !unknown.includes(field))
              .map(([field]) => `${kind}.${field}`),
          ),
        )
        return open.length === 0
      }
      return window.stage.until('all statistics', isComplete).then(
        () => [],
        () => open,
      )
    })
    expect(missing).toEqual([])
  })

  test('are told of as they fare in a bad network', async () => {
    await using world = await createWorld(browser, { media: 'forwarding', tabs: true })
    const [alice, bob] = await Promise.all([world.join('alice', media), world.join('bob', media)])
    await Promise.all([alice.flowing(['bob']), bob.flowing(['alice'])])
    world.emulator.network({ participant: 'alice', lossPercent: 10, delayMs: 60 })
    await alice.room.evaluate((room) =>
      window.stage.until('losses of each track, and the time that packets take', async () => {
        const [report] = await room.getStats()
        if (report === undefined) return false
        const { localAudioTrackStats, localVideoTrackStats, remoteAudioTrackStats, remoteVideoTrackStats } = report
        const sent = [...localAudioTrackStats, ...localVideoTrackStats]
        const received = [...remoteAudioTrackStats, ...remoteVideoTrackStats]
        return (
          [...sent, ...received].every(({ packetsLost }) => Number(packetsLost) > 0) &&
          sent.every(({ roundTripTime }) => Number(roundTripTime) >= 120)
        )
      }),
    )
  })

  test('stop when a track is unsubscribed or switched off, and come back', async () => {
    await using world = await createWorld(browser, { media: 'forwarding', tabs: true })
    const [bob] = await Promise.all([
      world.join('bob', { room: 'a', bandwidthProfile: manual }),
      world.join('alice', { room: 'a', video: true }),
    ])
    await bob.flowing(['alice'])
    const { subscribeRules } = world.rest.video.v1.rooms('a').participants(bob.sid)
    await subscribeRules.update({ rules: [{ type: 'exclude', all: true }] })
    await bob.event('trackUnsubscribed')
    await videoStopped(bob)
    await subscribeRules.update({ rules: [{ type: 'include', all: true }] })
    await bob.flowing(['alice'])

    const before = await videoPackets(bob)
    expect(before).toBeGreaterThan(0)
    const switchTo = (state: 'switchOff' | 'switchOn') =>
      bob.room.evaluate((room, state) => {
        const [alice] = room.participants.values()
        alice?.videoTracks.forEach(({ track }) => track?.[state]())
      }, state)
    await switchTo('switchOff')
    await bob.event('trackSwitchedOff', { identity: 'alice' })
    await videoStopped(bob)
    await switchTo('switchOn')
    await bob.event('trackSwitchedOn', { identity: 'alice' })
    await bob.flowing(['alice'])
  })

  test('come of as many tracks as the client allows, the more important ones', async () => {
    await using world = await createWorld(browser, { media: 'forwarding', tabs: true })
    const [bob, alice, carol] = await Promise.all([
      world.join('bob', { room: 'a', bandwidthProfile: { video: { maxTracks: 1 } } }),
      world.join('alice', { room: 'a' }),
      world.join('carol', { room: 'a' }),
    ])
    const publish = (caller: Caller, priority: 'low' | 'high') =>
      caller.room.evaluate(async ({ localParticipant }, priority) => {
        const size = { width: 160, height: 120, frameRate: 5 }
        await localParticipant.publishTrack(await window.Twilio.Video.createLocalVideoTrack(size), { priority })
      }, priority)
    await publish(alice, 'high')
    await publish(carol, 'low')
    await bob.event('trackSwitchedOff', { identity: 'carol' })
    await bob.room.evaluate(async (room) => {
      let before = new Map<string, number>()
      let times = 0
      await window.stage.until('video of alice only', async () => {
        await new Promise((resolve) => setTimeout(resolve, 500))
        const now = new Map((await window.stage.deliveries(room)).map(({ identity, packets }) => [identity, packets]))
        const grows = (identity: string) => (now.get(identity) ?? 0) > (before.get(identity) ?? 0)
        times = grows('alice') && !grows('carol') ? times + 1 : 0
        before = now
        return times >= 3
      })
    })
  })

  test('are told of as switched off to a page that is slow to take them in', async () => {
    await using world = await createWorld(browser, { media: 'forwarding', tabs: true })
    const [bob] = await Promise.all([
      world.join('bob', { room: 'a', bandwidthProfile: { video: { maxTracks: 1 } } }),
      world.join('alice', { room: 'a', video: true }),
    ])
    await bob.event('trackSubscribed', { identity: 'alice' })
    await bob.page.evaluate(() => {
      type Take = (this: RTCPeerConnection, description: RTCSessionDescriptionInit) => Promise<void>
      const connection: { setRemoteDescription: Take } = RTCPeerConnection.prototype
      const take = connection.setRemoteDescription
      connection.setRemoteDescription = async function (description) {
        await new Promise((resolve) => setTimeout(resolve, 4000))
        await take.call(this, description)
      }
    })
    await world.join('carol', { room: 'a', video: true })
    await bob.event('trackSubscribed', { identity: 'carol' })
    await bob.event('trackSwitchedOff', { identity: 'carol' })
  })

  test('come within the bitrate that the client allows', async () => {
    await using world = await createWorld(browser, { media: 'forwarding', tabs: true })
    const size = { width: 640, height: 360, frameRate: 10 }
    await joinWithCamera(await world.openPage(), world.token('alice'), size, [{ codec: 'VP8', simulcast: true }])
    // The camera's pictures are simple, and small as files.
    const limited = { video: { ...manual.video, maxSubscriptionBitrate: 5000 } }
    const [bob, carol] = await Promise.all([
      world.join('bob', { room: 'a', bandwidthProfile: limited }),
      world.join('carol', { room: 'a', bandwidthProfile: manual }),
    ])
    await Promise.all([shown(bob, [160, 320]), shown(carol, [640])])
  })

  test('come in the layer that is shown, and layers that nobody is shown are not sent', async () => {
    await using world = await createWorld(browser, { media: 'forwarding', tabs: true })
    const size = { width: 640, height: 360, frameRate: 10 }
    const alice = await joinWithCamera(await world.openPage(), world.token('alice'), size, 'auto')
    const bob = await world.join('bob', { room: 'a', bandwidthProfile: manual })
    await bob.flowing(['alice'])
    /** How many layers send, once that has been so for a while. */
    const sending = (count: number) =>
      alice.evaluate(async (room, count) => {
        let before = new Map<string, number>()
        let times = 0
        await window.stage.until(`${count} layers`, async () => {
          await new Promise((resolve) => setTimeout(resolve, 500))
          const [report] = await room.getStats()
          const now = new Map(report?.localVideoTrackStats.map(({ ssrc, bytesSent }) => [ssrc, Number(bytesSent)]))
          const active = [...now].filter(([ssrc, bytes]) => bytes > (before.get(ssrc) ?? bytes)).length
          before = now
          times = active === count ? times + 1 : 0
          return times >= 3
        })
      }, count)
    const show = (width: number, height: number) =>
      bob.room.evaluate(
        (room, renderDimensions) => {
          const [alice] = room.participants.values()
          alice?.videoTracks.forEach(({ track }) => track?.setContentPreferences({ renderDimensions }))
        },
        { width, height },
      )
    await show(320, 180)
    await shown(bob, [320])
    await sending(1)
    await show(640, 360)
    await shown(bob, [640])
    await bob.room.evaluate((room) => {
      const [alice] = room.participants.values()
      alice?.videoTracks.forEach(({ track }) => track?.switchOff())
    })
    await sending(0)
  })

  test('carry VP8 and H264 in one room', async () => {
    await using world = await createWorld(browser, { media: 'forwarding', tabs: true })
    const size = { width: 160, height: 120, frameRate: 5 }
    const [first, second] = await Promise.all([world.openPage(), world.openPage()])
    await joinWithCamera(first, world.token('alice'), size, ['H264'])
    await joinWithCamera(second, world.token('bob'), size, ['VP8'])
    const carol = await world.join('carol', { room: 'a' })
    await carol.flowing(['alice', 'bob'])
    const codecs = await carol.room.evaluate(async (room) =>
      (await room.getStats()).flatMap((report) => report.remoteVideoTrackStats.map(({ codec }) => codec)),
    )
    expect(codecs.map(String).toSorted()).toEqual(['H264', 'VP8'])
  })

  test('find their way through losses and a narrow network', async () => {
    await using world = await createWorld(browser, { media: 'forwarding', tabs: true })
    const [alice, bob, carol] = await Promise.all(
      ['alice', 'bob', 'carol'].map((identity) => world.join(identity, media)),
    )
    if (!alice || !bob || !carol) throw new Error('not all are there')
    world.emulator.network({ lossPercent: 3, delayMs: 20, jitterMs: 10 })
    world.emulator.network({ participant: 'carol', kbps: 300, lossPercent: 3 })
    await Promise.all([
      alice.flowing(['bob', 'carol']),
      bob.flowing(['alice', 'carol']),
      carol.flowing(['alice', 'bob']),
    ])
  })

  test('come smaller to whom a narrow network takes no more, and to the others as before', async () => {
    await using world = await createWorld(browser, { media: 'forwarding', tabs: true, isMoving: true })
    const size = { width: 640, height: 360, frameRate: 10 }
    await joinWithCamera(await world.openPage(), world.token('alice'), size, [{ codec: 'VP8', simulcast: true }])
    const [bob, carol] = await Promise.all(
      ['bob', 'carol'].map((identity) => world.join(identity, { room: 'a', bandwidthProfile: manual })),
    )
    if (!bob || !carol) throw new Error('not all are there')
    await Promise.all([bob, carol].map((caller) => shown(caller, [640])))
    world.emulator.network({ participant: 'carol', kbps: 300 })
    await shown(carol, [160, 320])
    await shown(bob, [640])
    await carol.flowing(['alice'])
  })

  // It would stand still for the others as well.
  test('go on after the server stood still for two seconds', { concurrent: false }, async () => {
    await using world = await createWorld(browser, { media: 'forwarding', tabs: true })
    const [alice, bob] = await Promise.all([world.join('alice', media), world.join('bob', media)])
    await Promise.all([alice.flowing(['bob']), bob.flowing(['alice'])])
    const end = performance.now() + 2000
    while (performance.now() < end);
    await Promise.all([alice.flowing(['bob']), bob.flowing(['alice'])])
    expect(await Promise.all([alice, bob].map(({ events }) => events('participantDisconnected')))).toEqual([[], []])
  })
})
