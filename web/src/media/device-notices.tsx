import { useState } from 'react'
import { deviceMessage, type DeviceSubject } from '../messages/device-messages.ts'
import { IconButton } from '../ui/icon-button.tsx'
import { Notice } from '../ui/notice.tsx'
import { useMedia } from './media-provider.tsx'

/**
 * What is wrong with camera and microphone, if anything is; in one notice when it is the same with both. During a
 * call a notice takes room from the stage, so it can be put away, and comes again when it happens again.
 */
export function DeviceNotices({ dismissible = false }: { dismissible?: boolean }) {
  const { camera, microphone } = useMedia()
  const [read, setRead] = useState<string[]>([])
  const subjects: [DeviceSubject, typeof camera.status][] =
    camera.status === microphone.status
      ? [['camera and microphone', camera.status]]
      : [
          ['microphone', microphone.status],
          ['camera', camera.status],
        ]
  const keys = subjects.map((subject) => subject.join(' '))
  if (read.some((key) => !keys.includes(key))) setRead(read.filter((key) => keys.includes(key)))

  return subjects.map(([subject, status]) => {
    const message = deviceMessage(subject, status)
    const key = `${subject} ${status}`
    if (message === null || read.includes(key)) return null
    const putAway = <IconButton icon="close" label="Got it" onClick={() => setRead([...read, key])} />
    return (
      <Notice key={key} tone="warning" title={message.title} action={dismissible && putAway}>
        {message.text}
      </Notice>
    )
  })
}
