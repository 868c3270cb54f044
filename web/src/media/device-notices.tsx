import { useState } from 'react'
import { IconButton } from '../ui/icon-button.tsx'
import { Notice } from '../ui/notice.tsx'
import { wordsOfDevice } from '../words/media-words.ts'
import { useMedia } from './media-provider.tsx'

/** What is the matter with camera and microphone, during a call: said until it is read, and again when it changes. */
export function DeviceNotices() {
  const { camera, microphone } = useMedia()
  const [read, setRead] = useState<string[]>([])
  const states = [
    { device: 'microphone', status: microphone.status },
    { device: 'camera', status: camera.status },
  ] as const
  return states.map(({ device, status }) => {
    const words = wordsOfDevice(device, status)
    const key = `${device} ${status}`
    if (words === null || read.includes(key)) return null
    return (
      <Notice
        key={key}
        tone="warning"
        title={words.title}
        action={<IconButton icon="close" label="Got it" onClick={() => setRead((keys) => [...keys, key])} />}
      >
        {words.text}
      </Notice>
    )
  })
}
