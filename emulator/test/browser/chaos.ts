import type { Browser } from 'playwright-core'
import type { MediaMode } from '../../src/index.ts'
import type { Caller } from './caller.ts'
import type { Wire } from './wire.ts'
import { createWorld, type World } from './world.ts'

export type ChaosOptions = {
  seed: number
  seconds: number
  /** How media travel; what is forwarded passes a bad network, and one participant's is narrow besides. */
  media: MediaMode
  identities?: string[]
}

/** What is left when the dust has settled: each view of the call, and what REST says of it. */
export type Aftermath = {
  /** All that was done, in order. */
  actions: string[]
  /** Who remained. */
  present: string[]
  /** For each remaining participant, every other with its tracks, as `identity: kind name state`. */
  views: Record<string, string[]>
  /** The same from REST, as each should see it. */
  expected: Record<string, string[]>
}

type Actor = {
  identity: string
  wire: Wire
  caller: Caller | null
  page: Caller['page']
  tracks: string[]
  made: number
}

/**
 * Six participants publish, mute, unpublish, leave, rejoin and lose their sockets at random for some seconds, and
 * longer if they have not done as many actions by then; then waits until all views agree with REST and every remaining pair has flowing media.
 * What is done, and by whom, follows from the seed; the moments at which it happens do not.
 */
export async function runChaos(
  browser: Browser,
  { seed, seconds, media, identities }: ChaosOptions,
): Promise<Aftermath> {
  // So long that only an error could end a session, not a machine with other things to do.
  await using world = await createWorld(browser, { media, sessionTimeoutSeconds: 300 })
  if (media === 'forwarding') {
    world.emulator.network({ lossPercent: 3 })
    world.emulator.network({ participant: 'fay', lossPercent: 3, kbps: 300 })
  }
  const actions: string[] = []
  const actors = await Promise.all(
    (identities ?? ['ann', 'ben', 'cleo', 'dan', 'eve', 'fay']).map(async (identity): Promise<Actor> => {
      const wire = await world.createWire()
      const page = await world.openPage(wire)
      return { identity, wire, page, caller: null, tracks: [], made: 0 }
    }),
  )
  const end = Date.now() + seconds * 1000
  await Promise.all(
    actors.map(async (actor, index) => {
      const random = createRandom(seed * 31 + index)
      // A slow machine may spend all that time on the first joins.
      while (Date.now() < end || actions.length <= seconds) {
        const action = chooseAction(actor, random)
        actions.push(`${actor.identity} ${action}`)
        await perform(world, actor, action, random)
        // A breath between actions, so that the others' reach this one, and two cores carry six browsers' negotiations:
        // on a machine that never catches up, packets arrive half a minute late. The waiting is the test's subject.
        await new Promise((resolve) => setTimeout(resolve, random() * 2000))
      }
    }),
  )
  // Whoever is out at the end comes back for the reckoning, save one, so that a gap stays a gap.
  const absent = actors.filter(({ caller }) => !caller).slice(1)
  await Promise.all(absent.map((actor) => perform(world, actor, 'joins', createRandom(seed))))
  return await settle(world, actors, actions)
}

type Action =
  | 'joins'
  | 'publishes audio'
  | 'publishes video'
  | 'publishes data'
  | 'mutes'
  | 'unpublishes'
  | 'leaves'
  | 'loses its socket'

function chooseAction(actor: Actor, random: () => number): Action {
  if (!actor.caller) return 'joins'
  const choices: Action[] = ['loses its socket', 'leaves']
  if (actor.tracks.length > 0) choices.push('mutes', 'mutes', 'unpublishes', 'unpublishes')
  if (actor.tracks.length < 2) choices.push('publishes video', 'publishes data')
  // One sound costs the machine as much as several small pictures.
  if (!actor.tracks.some((track) => track.startsWith('audio'))) choices.push('publishes audio')
  return choices[Math.floor(random() * choices.length)] ?? 'leaves'
}

async function perform(world: World, actor: Actor, action: Action, random: () => number): Promise<void> {
  const { caller, tracks } = actor
  if (action === 'joins') {
    const audio = random() < 0.25
    actor.caller = await world.join(actor.identity, { room: 'chaos', page: actor.page, audio, video: !audio })
    actor.tracks = []
    return
  }
  if (!caller) return
  const track = tracks[Math.floor(random() * tracks.length)] ?? ''
  switch (action) {
    case 'publishes audio':
    case 'publishes video':
    case 'publishes data': {
      const kind = action.slice('publishes '.length) as 'audio' | 'video' | 'data'
      const name = `${kind} ${(actor.made += 1)}`
      await caller.publish(kind, name)
      tracks.push(name)
      return
    }
    case 'mutes':
      if (!track.startsWith('data')) await caller.enable(track, random() < 0.5)
      return
    case 'unpublishes':
      await caller.unpublish(track)
      tracks.splice(tracks.indexOf(track), 1)
      return
    case 'leaves':
      actor.caller = null
      await caller.leave()
      return
    case 'loses its socket':
      actor.wire.cut()
  }
}

async function settle(world: World, actors: Actor[], actions: string[]): Promise<Aftermath> {
  const callers = actors.flatMap(({ caller }) => caller ?? [])
  // Everyone has a last word, so that there is something to hear from each.
  await Promise.all(callers.map((caller) => caller.publish('audio', 'last word')))
  const present = callers.map(({ identity }) => identity).sort()
  const views: Record<string, string[]> = {}
  const expected: Record<string, string[]> = {}
  const deadline = Date.now() + 120_000
  for (;;) {
    await removeGhosts(world, present)
    const truth = await fromRest(world)
    for (const caller of callers) {
      views[caller.identity] = (await caller.sights()).map(({ identity, state, tracks }) =>
        line(
          identity,
          state,
          tracks.map(
            ({ kind, name, enabled, subscribed }) => `${kind} ${name} ${enabled}${subscribed ? '' : ' pending'}`,
          ),
        ),
      )
      expected[caller.identity] = Object.keys(truth)
        .filter((identity) => identity !== caller.identity)
        .sort()
        .map((identity) => truth[identity] ?? '')
    }
    if (JSON.stringify(views) === JSON.stringify(expected) || Date.now() > deadline) break
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  await Promise.all(callers.map(({ identity, reached }) => reached(present.filter((other) => other !== identity))))
  return { actions, present, views, expected }
}

/**
 * Who left while its socket was away could not say so: until its session times out, others see it reconnecting, and
 * those who came since then wait for its tracks.
 */
async function removeGhosts({ rest }: World, present: string[]): Promise<void> {
  const room = rest.video.v1.rooms('chaos')
  const away = await room.participants.list({ status: 'reconnecting' })
  const ghosts = away.filter(({ identity }) => !present.includes(identity))
  await Promise.all(ghosts.map(({ sid }) => room.participants(sid).update({ status: 'disconnected' })))
}

async function fromRest({ rest }: World): Promise<Record<string, string>> {
  const truth: Record<string, string> = {}
  const room = rest.video.v1.rooms('chaos')
  const stays = ['connected', 'reconnecting'] as const
  const participants = (await Promise.all(stays.map((status) => room.participants.list({ status })))).flat()
  for (const { identity, status, sid } of participants) {
    const tracks = await room.participants(sid).publishedTracks.list()
    truth[identity] = line(
      identity,
      status,
      tracks.map(({ kind, name, enabled }) => `${kind} ${name} ${enabled}`),
    )
  }
  return truth
}

function line(identity: string, state: string, tracks: string[]): string {
  return `${identity}, ${state}: ${tracks.toSorted().join('; ')}`
}

/** A small generator of numbers in [0, 1) that follow from the seed: mulberry32. */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
