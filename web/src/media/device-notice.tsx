import { Notice } from '../ui/notice.tsx'
import { wordsOfDevice } from '../words/media-words.ts'
import { useMedia } from './media-provider.tsx'

/** What is the matter with the camera or the microphone, if anything is. */
export function DeviceNotice({ device }: { device: 'camera' | 'microphone' }) {
  const words = wordsOfDevice(device, useMedia()[device].status)
  return (
    words && (
      <Notice tone="warning" title={words.title}>
        {words.text}
      </Notice>
    )
  )
}
