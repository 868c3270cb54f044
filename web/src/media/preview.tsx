import { useTrack, type DeviceView } from '@roomkey/client/react'
import { useEffect, useEffectEvent, type ReactNode } from 'react'
import { Button } from '../ui/button.tsx'
import { Icon } from '../ui/icon.tsx'
import { DeviceNotices } from './device-notices.tsx'
import { DeviceSelects } from './device-selects.tsx'
import { useMediaFor, type MediaScope } from './media-provider.tsx'
import { MediaToggles } from './media-toggles.tsx'
import './preview.css'

/** What others will see and hear. It asks for a device by itself only if the person has allowed it before. */
export function Preview({ children, audioOnly = false }: MediaScope & { children?: ReactNode }) {
  const media = useMediaFor({ audioOnly })
  const { camera, microphone } = media
  const { attach } = useTrack(camera.track)
  const asked = audioOnly ? [microphone] : [camera, microphone]
  useStartWhenAllowed(asked, () => media.startWanted({ audioOnly }))
  const canAsk = asked.every(({ status, permission }) => status === 'off' && permission !== 'denied')
  const isAllowed = asked.every(({ permission }) => permission === 'granted')

  return (
    <div className="preview">
      <div className="preview-picture">
        {camera.status === 'on' ? (
          <video className="preview-video" ref={attach} autoPlay playsInline muted aria-label="Your camera, mirrored" />
        ) : (
          <div className="preview-off">
            <Icon name={audioOnly ? 'microphone' : 'camera-off'} />
            <p>
              {audioOnly
                ? 'This room is for voices only'
                : camera.status === 'starting'
                  ? 'Starting your camera …'
                  : 'Your camera is off'}
            </p>
            {canAsk && !isAllowed && (
              <Button look="primary" onClick={() => media.startAll({ audioOnly })}>
                {audioOnly ? 'Turn on microphone' : 'Turn on camera and microphone'}
              </Button>
            )}
          </div>
        )}
        <div className="preview-toggles">
          <MediaToggles audioOnly={audioOnly} />
        </div>
      </div>
      <DeviceNotices />
      {children}
      <DeviceSelects audioOnly={audioOnly} />
    </div>
  )
}

/** Who has allowed it before does not want to be asked for a press each time. */
function useStartWhenAllowed(devices: DeviceView[], start: () => void): void {
  const isAllowed = devices.every(({ permission }) => permission === 'granted')
  const onAllowed = useEffectEvent(start)
  useEffect(() => {
    if (isAllowed) onAllowed()
  }, [isAllowed])
}
