import { createSafeStorage } from '../../safe-storage.ts'

/**
 * - `off`, `starting`, `on`: as they say
 * - `denied`: the person or the system refuses; only they can change that
 * - `missing`: there is no such device, or it was unplugged
 * - `busy`: another program holds it
 * - `unsupported`: no media on this page, mostly for want of HTTPS
 * - `failed`: anything else; `error` says what
 */
export type DeviceStatus = 'off' | 'starting' | 'on' | 'denied' | 'missing' | 'busy' | 'unsupported' | 'failed'

/** How it is with one device now. */
export type DeviceState = {
  status: DeviceStatus
  /** Present while `on`. */
  track: MediaStreamTrack | null
  /** `false`: muted. The device stays open, silence or black is sent. */
  isEnabled: boolean
  /** The chosen device, kept in `localStorage`; `null`: the browser's default. */
  deviceId: string | null
  error: Error | null
}

/** What can be opened on this machine. */
export type DeviceKind = 'camera' | 'microphone' | 'screen'

/** One device and what can be done with it. */
export type LocalDevice = {
  state: () => DeviceState
  /** Opens the device, and asks the person if need be. Never rejects: `status` says how it went. */
  start: () => Promise<void>
  stop: () => void
  setEnabled: (isEnabled: boolean) => void
  /** Chooses a device and, if one is on, changes over to it. */
  select: (deviceId: string | null) => Promise<void>
  /** Forgets a refusal, once the person has changed their mind in the browser's settings. */
  clearDenial: () => void
}

/** A camera, microphone or screen of this machine, apart from any rendering. */
export function createLocalDevice(
  kind: DeviceKind,
  constraints: () => MediaTrackConstraints,
  notify: () => void,
): LocalDevice {
  const storageKey = `roomkey.${kind}`
  let state: DeviceState = {
    status: 'off',
    track: null,
    isEnabled: true,
    deviceId: storage.getItem(storageKey),
    error: null,
  }
  // Each start and stop outdates the starts before it: a camera that opens after `stop` is closed at once.
  let turn = 0

  return {
    state: () => state,
    async start() {
      if (state.status !== 'on' && state.status !== 'starting') await open()
    },
    stop() {
      turn += 1
      close()
      set({ status: 'off', track: null, error: null })
    },
    setEnabled(isEnabled) {
      if (state.track !== null) state.track.enabled = isEnabled
      set({ isEnabled })
    },
    async select(deviceId) {
      if (deviceId === null) storage.removeItem(storageKey)
      else storage.setItem(storageKey, deviceId)
      set({ deviceId })
      if (state.status === 'off') return
      // Some machines cannot hold two cameras open at a time.
      close()
      await open()
    },
    clearDenial() {
      if (state.status === 'denied') set({ status: 'off', error: null })
    },
  }

  async function open() {
    turn += 1
    const mine = turn
    set({ status: 'starting', track: null, error: null })
    try {
      const track = await acquire(kind, constraints(), state.deviceId)
      if (mine !== turn) {
        track.stop()
        return
      }
      track.enabled = state.isEnabled
      // Fired when the device is unplugged, its permission withdrawn, or sharing ended from the browser's own bar.
      track.addEventListener('ended', () => {
        if (state.track === track) set({ status: kind === 'screen' ? 'off' : 'missing', track: null })
      })
      set({ status: 'on', track })
    } catch (error) {
      if (mine === turn) set({ status: statusOf(error, kind), error: error as Error })
    }
  }

  function close() {
    state.track?.stop()
  }

  function set(change: Partial<DeviceState>) {
    state = { ...state, ...change }
    notify()
  }
}

/** Where the devices chosen on this machine are kept, under `roomkey.camera` and `roomkey.microphone`. */
const storage = createSafeStorage(() => localStorage)

async function acquire(
  kind: DeviceKind,
  constraints: MediaTrackConstraints,
  deviceId: string | null,
): Promise<MediaStreamTrack> {
  const { mediaDevices } = navigator
  if (kind === 'screen') {
    const screen = firstTrack(await mediaDevices.getDisplayMedia({ video: constraints, audio: false }))
    screens.add(screen)
    return screen
  }
  const media = kind === 'camera' ? 'video' : 'audio'
  if (deviceId === null) return firstTrack(await mediaDevices.getUserMedia({ [media]: constraints }))
  try {
    return firstTrack(await mediaDevices.getUserMedia({ [media]: { ...constraints, deviceId: { exact: deviceId } } }))
  } catch (error) {
    // The device of last time is not plugged in today.
    if (!['OverconstrainedError', 'NotFoundError'].includes(nameOf(error))) throw error
    return firstTrack(await mediaDevices.getUserMedia({ [media]: constraints }))
  }
}

const screens = new WeakSet<MediaStreamTrack>()

/** Whether a track is a screen that was shared here. Not every browser shows that on the track itself. */
export function isScreenTrack(track: MediaStreamTrack): boolean {
  return screens.has(track)
}

function firstTrack(stream: MediaStream): MediaStreamTrack {
  const [track] = stream.getTracks()
  if (track === undefined) throw new DOMException('the browser gave no track', 'NotFoundError')
  return track
}

/** Source: W3C "Media Capture and Streams", getUserMedia; "Screen Capture", getDisplayMedia. */
function statusOf(error: unknown, kind: DeviceKind): DeviceStatus {
  switch (nameOf(error)) {
    case 'NotAllowedError':
    case 'SecurityError':
      // Closing the picker is a choice, not a failure; only Chromium tells that from a refusal of the system.
      return kind === 'screen' && !/by system/.test(messageOf(error)) ? 'off' : 'denied'
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'missing'
    case 'NotReadableError':
    case 'AbortError':
      return 'busy'
    case 'TypeError':
    case 'NotSupportedError':
      return 'unsupported'
    default:
      return 'failed'
  }
}

function nameOf(error: unknown): string {
  return (error as { name?: string }).name ?? ''
}

function messageOf(error: unknown): string {
  return (error as { message?: string }).message ?? ''
}
