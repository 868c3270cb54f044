import type { PermissionStatus as Permission } from './local-media.ts'

/**
 * Tells which cameras and microphones are plugged in, and what the browser would answer if asked for them, now and
 * at every change. Returns a function that ends the watch.
 */
export function watchDevices(
  onDevices: (devices: MediaDeviceInfo[]) => void,
  onPermission: (kind: 'camera' | 'microphone', permission: Permission) => void,
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
      const tell = () => {
        if (signal.aborted) return
        onPermission(kind, permission.state)
        // Names become visible once permission is given.
        void list()
      }
      permission.addEventListener('change', tell, { signal })
      tell()
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
