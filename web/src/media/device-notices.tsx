import { useState } from 'react'
import { deviceMessage, screenMessage } from '../messages/device-messages.ts'
import { IconButton } from '../ui/icon-button.tsx'
import { Notice } from '../ui/notice.tsx'
import { useMedia } from './media-provider.tsx'

/**
 * What is wrong with camera and microphone, if anything is; in one notice when it is the same with both. During a
 * call also what became of sharing the screen, and as a notice then takes room from the stage, it can be put away,
 * and comes again when it happens again.
 */
export function DeviceNotices({ inCall = false }: { inCall?: boolean }) {
  const { camera, microphone, screen } = useMedia()
  const [read, setRead] = useState<string[]>([])
  const notices = [
    ...(camera.status === microphone.status
      ? [{ about: 'both', status: camera.status, message: deviceMessage('camera and microphone', camera.status) }]
      : [
          { about: 'microphone', status: microphone.status, message: deviceMessage('microphone', microphone.status) },
          { about: 'camera', status: camera.status, message: deviceMessage('camera', camera.status) },
        ]),
    ...(inCall ? [{ about: 'screen', status: screen.status, message: screenMessage(screen.status) }] : []),
  ].map(({ about, status, message }) => ({ key: `${about} ${status}`, message }))
  const current = read.filter((key) => notices.some((notice) => notice.key === key))
  if (current.length < read.length) setRead(current)

  return notices.map(({ key, message }) => {
    if (message === null || read.includes(key)) return null
    const putAway = <IconButton icon="close" label="Got it" onClick={() => setRead([...read, key])} />
    return (
      <Notice key={key} tone="warning" title={message.title} action={inCall && putAway}>
        {message.text}
      </Notice>
    )
  })
}
