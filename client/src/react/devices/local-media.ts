import { createLocalDevice, type DeviceKind, type DeviceState, type LocalDevice } from './local-device.ts'
import { createStore, type Store } from '../store.ts'
import { watchDevices, type PermissionStatus } from './watch-devices.ts'

/** A camera or microphone as a component sees it: its state, what there is to choose from, what can be done. */
export type DeviceView = DeviceState & {
  /** What there is to choose from. Browsers give names only after permission was given once. */
  devices: MediaDeviceInfo[]
  /** What the browser would do if asked now; `unknown` where it does not say. */
  permission: PermissionStatus
} & Omit<LocalDevice, 'state' | 'clearDenial'>

/** The shared screen as a component sees it. Which screen is chosen in the browser's own picker. */
export type ScreenView = Pick<DeviceState, 'status' | 'track' | 'error'> & Pick<LocalDevice, 'start' | 'stop'>

/** Everything this machine can publish: the result of `useLocalMedia`. */
export type LocalMedia = {
  camera: DeviceView
  microphone: DeviceView
  screen: ScreenView
  /** Every track that is on; a new array whenever one comes, goes, or is muted. */
  tracks: MediaStreamTrack[]
  /** Turns everything off. */
  stop: () => void
}

/** Options of `useLocalMedia`. They count at the first rendering. */
export type LocalMediaOptions = {
  /** Turn the camera on right away. Default `false`. */
  camera?: boolean
  /** Turn the microphone on right away. Default `false`. */
  microphone?: boolean
  /** Constraints on the picture. Default: 720p at 24 frames a second, if the camera can. */
  video?: MediaTrackConstraints
  /** Constraints on the sound. Default: the browser's (echo cancellation and noise suppression are on). */
  audio?: MediaTrackConstraints
}

const DEFAULT_VIDEO: MediaTrackConstraints = {
  width: { ideal: 1280 },
  height: { ideal: 720 },
  frameRate: { ideal: 24 },
}

/** Camera, microphone and screen of this machine. The last unsubscribe turns them off, unless one follows at once. */
export function createLocalMedia(options: LocalMediaOptions): Store<LocalMedia> {
  const devices: Record<DeviceKind, LocalDevice> = {
    camera: createLocalDevice('camera', () => options.video ?? DEFAULT_VIDEO, changed),
    microphone: createLocalDevice('microphone', () => options.audio ?? {}, changed),
    screen: createLocalDevice('screen', () => ({}), changed),
  }
  const permissions: Record<string, PermissionStatus> = { camera: 'unknown', microphone: 'unknown' }
  let plugged: MediaDeviceInfo[] = []
  let unwatch: (() => void) | undefined
  const store = createStore(read(), { open, close })
  return store

  function open() {
    unwatch = watchDevices(
      (list) => {
        plugged = list
        changed()
      },
      (kind, permission) => {
        permissions[kind] = permission
        if (permission !== 'denied') devices[kind].clearDenial()
        changed()
      },
    )
    if (options.camera === true) void devices.camera.start()
    if (options.microphone === true) void devices.microphone.start()
  }

  function close() {
    unwatch?.()
    stop()
  }

  function stop() {
    for (const device of Object.values(devices)) if (device.state().status !== 'off') device.stop()
  }

  function changed() {
    store.set(read())
  }

  function read(): LocalMedia {
    const { status, track, error } = devices.screen.state()
    return {
      camera: view('camera', 'videoinput'),
      microphone: view('microphone', 'audioinput'),
      screen: { status, track, error, start: devices.screen.start, stop: devices.screen.stop },
      tracks: Object.values(devices).flatMap((device) => device.state().track ?? []),
      stop,
    }
  }

  function view(kind: 'camera' | 'microphone', deviceKind: MediaDeviceKind): DeviceView {
    const { start, stop: stopDevice, setEnabled, select } = devices[kind]
    return {
      ...devices[kind].state(),
      devices: plugged.filter((device) => device.kind === deviceKind && device.deviceId !== ''),
      permission: permissions[kind] ?? 'unknown',
      start,
      stop: stopDevice,
      setEnabled,
      select,
    }
  }
}
