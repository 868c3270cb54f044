// @vitest-environment happy-dom
import { act } from 'react'
import { describe, expect, test } from 'vitest'
import { render } from '../../test/render.tsx'
import { DeviceNotices } from './device-notices.tsx'
import { useMedia, type Media } from './media-provider.tsx'
import { Preview } from './preview.tsx'

/** Camera and microphone were allowed at an earlier visit. */
async function renderPreview() {
  const page = await render(<Preview />)
  const permit = async (state: PermissionState) => {
    await page.devices.permit('camera', state)
    await page.devices.permit('microphone', state)
    await page.settle()
  }
  return { page, permit, [Symbol.asyncDispose]: page[Symbol.asyncDispose] }
}

const isLive = (track: MediaStreamTrack) => track.readyState === 'live'

describe('the preview', () => {
  test('asks for nothing by itself', async () => {
    await using preview = await renderPreview()
    expect(preview.page.devices.getUserMedia).not.toHaveBeenCalled()
    expect(preview.page.text()).toContain('Your camera is off')
    await preview.page.click('button', 'Turn on camera and microphone')
    expect(preview.page.devices.opened.map(({ kind }) => kind).sort()).toEqual(['audio', 'video'])
    expect(preview.page.root.querySelector('video')).not.toBeNull()
  })

  test('starts by itself for who has allowed it before, once', async () => {
    await using preview = await renderPreview()
    await preview.permit('granted')
    expect(preview.page.devices.opened).toHaveLength(2)
    await preview.page.click('button', 'Stop camera')
    expect(preview.page.devices.opened.filter(isLive)).toHaveLength(1)
    expect(preview.page.text()).toContain('Your camera is off')
  })

  test('does not offer to turn on what the browser refuses', async () => {
    await using preview = await renderPreview()
    await preview.permit('denied')
    expect(preview.page.has('button', 'Turn on camera and microphone')).toBe(false)
  })

  test('lists devices by name once the browser gives names', async () => {
    await using preview = await renderPreview()
    const { devices } = preview.page
    devices.list.splice(0, 9, { kind: 'videoinput', deviceId: 'cam-1', label: '' })
    await act(async () => void devices.mediaDevices.dispatchEvent(new Event('devicechange')))
    expect(preview.page.field('Camera').textContent).toBe('The usual one')
    await preview.permit('granted')
    expect(preview.page.field('Camera').textContent).toBe('No camera found')
    devices.list.splice(
      0,
      9,
      { kind: 'videoinput', deviceId: 'cam-1', label: 'Built-in' },
      { kind: 'videoinput', deviceId: 'cam-2', label: 'USB' },
    )
    await act(async () => void devices.mediaDevices.dispatchEvent(new Event('devicechange')))
    expect(preview.page.field('Camera').textContent).toBe('Built-inUSB')
    await preview.page.type('Camera', 'cam-2')
    await preview.page.settle()
    expect(localStorage.getItem('roomkey.camera')).toBe('cam-2')
    expect(devices.getUserMedia).toHaveBeenLastCalledWith({
      video: expect.objectContaining({ deviceId: { exact: 'cam-2' } }) as object,
    })
  })
})

describe('muting', () => {
  test('keeps the microphone open, and the camera goes off altogether', async () => {
    await using preview = await renderPreview()
    await preview.page.click('button', 'Turn on camera and microphone')
    await preview.page.click('button', 'Mute')
    const microphone = preview.page.devices.opened.find(({ kind }) => kind === 'audio')
    expect(microphone).toMatchObject({ readyState: 'live', enabled: false })
    await preview.page.click('button', 'Unmute')
    expect(microphone).toMatchObject({ readyState: 'live', enabled: true })
    await preview.page.click('button', 'Stop camera')
    expect(preview.page.devices.opened.find(({ kind }) => kind === 'video')).toMatchObject({ readyState: 'ended' })
  })

  test('what was turned off stays off when the call starts', async () => {
    let media: Media | undefined
    const Probe = () => {
      media = useMedia()
      return <Preview />
    }
    await using page = await render(<Probe />)
    await page.click('button', 'Turn on camera and microphone')
    await page.click('button', 'Stop camera')
    await act(async () => media?.stop())
    await act(async () => media?.startWanted())
    await page.settle()
    expect(page.devices.opened.filter(isLive).map(({ kind }) => kind)).toEqual(['audio'])
  })
})

test('what was muted or turned off stays so after a reload, and what is turned on again is on', async () => {
  const before = await render(<Preview />)
  await before.click('button', 'Turn on camera and microphone')
  await before.click('button', 'Mute')
  await before.click('button', 'Stop camera')
  await before.click('button', 'Start camera')
  const kept = Object.fromEntries(Object.entries(localStorage)) as Record<string, string>
  await before[Symbol.asyncDispose]()

  await using after = await render(<Preview />, { kept })
  await after.devices.permit('camera', 'granted')
  await after.devices.permit('microphone', 'granted')
  await after.settle()
  expect(after.devices.opened.map(({ kind }) => kind)).toEqual(['video'])
  await after.click('button', 'Unmute')
  expect(after.devices.opened.map(({ kind }) => kind)).toEqual(['video', 'audio'])
})

describe('a device that does not start', () => {
  test.each([
    ['NotAllowedError', 'The browser may not use your camera and microphone'],
    ['NotFoundError', 'No camera and microphone were found'],
    ['NotReadableError', 'Your camera and microphone are in use'],
    ['NotSupportedError', 'The camera and microphone can’t be used here'],
    ['OddError', 'Your camera and microphone did not start'],
  ])('is explained: %s', async (name, title) => {
    await using preview = await renderPreview()
    preview.page.devices.getUserMedia.mockRejectedValue(new DOMException('no', name))
    await preview.page.click('button', 'Turn on camera and microphone')
    expect(preview.page.text()).toContain(title)
  })

  test('is explained alone when the other one is well', async () => {
    await using preview = await renderPreview()
    preview.page.devices.getUserMedia.mockRejectedValueOnce(new DOMException('no', 'NotReadableError'))
    await preview.page.click('button', 'Turn on camera and microphone')
    expect(preview.page.text()).toContain('Your camera is in use')
    expect(preview.page.text()).not.toContain('microphone is in use')
  })

  test('is not mentioned again once that was read, until it happens anew', async () => {
    let media: Media | undefined
    const Probe = () => {
      media = useMedia()
      return <DeviceNotices inCall />
    }
    await using page = await render(<Probe />)
    const refuse = async () => {
      page.devices.getUserMedia.mockRejectedValueOnce(new DOMException('no', 'NotReadableError'))
      await act(async () => media?.camera.start())
    }
    await refuse()
    await page.click('button', 'Got it')
    expect(page.text()).toBe('')
    await refuse()
    expect(page.text()).toContain('Your camera is in use')
  })
})
