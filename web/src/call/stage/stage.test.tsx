// @vitest-environment happy-dom
import { SCREEN_TRACK_NAME } from '@roomkey/client/react'
import { act } from 'react'
import { describe, expect, test, vi } from 'vitest'
import { publish, renderInRoom } from '../../../test/call.tsx'
import { RemoteAudio } from './remote-audio.tsx'
import { Stage } from './stage.tsx'

const renderStage = (others: string[], speakers: string[] = [], onInvite = vi.fn()) =>
  renderInRoom(
    (room, participants) => (
      <Stage room={room} participants={participants} speakers={new Set(speakers)} onInvite={onInvite} ref={null} />
    ),
    others,
  )

const tiles = (page: { root: HTMLElement }) =>
  [...page.root.querySelectorAll('figure')].map((tile) => tile.getAttribute('aria-label'))

describe('a tile', () => {
  test('tells the state of someone to eyes and screen readers alike', async () => {
    await using stage = await renderStage(['Grace', 'guest:Mary:1'])
    expect(tiles(stage.page)).toEqual([
      'Grace, muted, camera off',
      'Mary (guest), muted, camera off',
      'Ada (you), muted, camera off',
    ])
  })

  test('follows what someone publishes, mutes and stops', async () => {
    await using stage = await renderStage(['Grace'], ['PA Grace'])
    const [grace] = stage.people
    if (grace === undefined) throw new Error('nobody is here')
    const camera = publish(grace, 'video')
    const microphone = publish(grace, 'audio')
    await act(async () => void grace.fake.emit('trackSubscribed'))
    expect(tiles(stage.page)[0]).toBe('Grace, speaking')
    expect(camera.track.elements.size).toBe(1)
    await act(async () => {
      microphone.fake.isTrackEnabled = false
      grace.fake.emit('trackDisabled')
    })
    expect(tiles(stage.page)[0], 'who is muted does not speak').toBe('Grace, muted')
    await act(async () => {
      camera.track.isSwitchedOff = true
      camera.track.emit('switchedOff')
    })
    expect(tiles(stage.page)[0]).toBe('Grace, muted, camera off')
    expect(camera.track.elements.size).toBe(0)
  })

  test('tells who is reconnecting, and whose connection is bad', async () => {
    await using stage = await renderStage(['Grace'])
    const [grace] = stage.people
    await act(async () => {
      Object.assign(grace?.fake ?? {}, { state: 'reconnecting', networkQualityLevel: 1 })
      grace?.fake.emit('reconnecting')
      grace?.fake.emit('networkQualityLevelChanged', 1)
    })
    expect(tiles(stage.page)[0]).toBe('Grace, muted, camera off, reconnecting')
    expect(stage.page.has('image', 'The connection of Grace is very weak')).toBe(true)
    await act(async () => {
      Object.assign(grace?.fake ?? {}, { state: 'connected', networkQualityLevel: 4 })
      grace?.fake.emit('reconnected')
      grace?.fake.emit('networkQualityLevelChanged', 4)
    })
    expect(tiles(stage.page)[0]).toBe('Grace, muted, camera off')
    expect(stage.page.has('image', /^The connection of Grace/)).toBe(false)
  })
})

describe('a shared screen', () => {
  test('stands in front beside the face of who shares it, and goes when it ends', async () => {
    await using stage = await renderStage(['Grace'])
    const [grace] = stage.people
    if (grace === undefined) throw new Error('nobody is here')
    publish(grace, 'video')
    const screen = publish(grace, 'video', { name: SCREEN_TRACK_NAME })
    await act(async () => {
      stage.fake.emit('trackPublished', screen.publication, grace.participant)
      grace.fake.emit('trackSubscribed')
    })
    expect(tiles(stage.page)).toEqual(['Grace’s screen', 'Grace, muted', 'Ada (you), muted, camera off'])
    expect(stage.page.root.querySelector('.stage-spotlight .stage-screens figure video')).not.toBeNull()
    await act(async () => {
      grace.fake.tracks.delete(screen.fake.trackSid)
      stage.fake.emit('trackUnpublished', screen.publication, grace.participant)
    })
    expect(tiles(stage.page)).toEqual(['Grace, muted', 'Ada (you), muted, camera off'])
    expect(stage.page.root.querySelector('.stage-spotlight')).toBeNull()
  })
})

test('who is alone is offered to invite others', async () => {
  const onInvite = vi.fn()
  await using stage = await renderStage([], [], onInvite)
  await stage.page.click('button', 'Invite people')
  expect(onInvite).toHaveBeenCalledTimes(1)
})

test('everyone is heard apart from the tiles, each track once', async () => {
  await using sound = await renderInRoom(
    (_room, participants) => <RemoteAudio participants={participants} />,
    ['Grace'],
  )
  const [grace] = sound.people
  if (grace === undefined) throw new Error('nobody is here')
  const microphone = publish(grace, 'audio')
  publish(grace, 'video')
  await act(async () => void grace.fake.emit('trackSubscribed'))
  expect(sound.page.root.querySelectorAll('audio')).toHaveLength(1)
  expect(microphone.track.elements.size).toBe(1)
})
