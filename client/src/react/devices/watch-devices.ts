/** What the browser would do if asked for a device now; `unknown` where it does not say. */
export type PermissionStatus = 'granted' | 'denied' | 'prompt' | 'unknown'

/**
 * Reports which cameras and microphones are plugged in, and whether the browser allows them, now and at every change.
 * Returns a function that ends the watch.
 */
export function watchDevices(
  onDevices: (devices: MediaDeviceInfo[]) => void,
  onPermission: (kind: 'camera' | 'microphone', permission: PermissionStatus) => void,
): () => void {
  const ended = new AbortController()
  const { signal } = ended
  // Absent on pages without HTTPS.
  const mediaDevices: MediaDevices | undefined = navigator.mediaDevices
  const list = async () => {
    try {
      const devices = await mediaDevices?.enumerateDevices()
      if (!signal.aborted && devices !== undefined) onDevices(devices)
    } catch {
      // A browser that will not list devices leaves the list empty.
    }
  }
  const watchPermission = async (kind: 'camera' | 'microphone') => {
    try {
      const permission = await navigator.permissions.query({ name: kind })
      const report = () => {
        if (signal.aborted) return
        onPermission(kind, permission.state)
        // Names become visible once permission is given.
        void list()
      }
      permission.addEventListener('change', report, { signal })
      report()
    } catch {
      // Not every browser knows these two names: then it is `unknown`.
    }
  }
  mediaDevices?.addEventListener('devicechange', () => void list(), { signal })
  void list()
  void watchPermission('camera')
  void watchPermission('microphone')
  return () => ended.abort()
}
