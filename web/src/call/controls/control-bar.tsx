import type { Room } from 'twilio-video'
import { useMedia } from '../../media/media-provider.tsx'
import { MediaToggles } from '../../media/media-toggles.tsx'
import { Button } from '../../ui/button.tsx'
import { Toggle } from '../../ui/toggle.tsx'
import { useToolbar } from '../../ui/use-toolbar.ts'
import type { CopyLink } from '../copy-link.ts'
import type { SimpleDialogName } from '../dialogs/call-dialog.tsx'
import type { PanelName } from '../panel.ts'
import { MoreMenu } from './more-menu.tsx'
import './control-bar.css'

export type ControlBarProps = {
  room: Room
  panel: PanelName | null
  unread: number
  people: number
  onPanel: (panel: PanelName) => void
  onScreen: () => void
  onDialog: (dialog: SimpleDialogName) => void
  copyLink: CopyLink | null
  audioOnly: boolean
  onPictureInPicture: () => void
  onLeave: () => void
}

/** Everything one can do during a call, within reach of a thumb. */
export function ControlBar(props: ControlBarProps) {
  const { room, panel, unread, people, copyLink, audioOnly } = props
  const { onPanel, onScreen, onDialog, onPictureInPicture, onLeave } = props
  const { screen } = useMedia()
  const toolbar = useToolbar()
  const isSharing = screen.status === 'on'
  return (
    <footer className="call-footer">
      <div className="control-bar" role="toolbar" aria-label="Call controls" {...toolbar}>
        <MediaToggles shortcuts audioOnly={audioOnly} />
        {!audioOnly && canShareScreen() && (
          <Toggle
            icon={isSharing ? 'screen-off' : 'screen'}
            label={isSharing ? 'Stop sharing' : 'Share screen'}
            hint="S"
            active={isSharing}
            busy={screen.status === 'starting'}
            onClick={onScreen}
          />
        )}
        <Toggle
          icon="chat"
          label={unread === 0 ? 'Chat' : `Chat, ${unread} unread`}
          hint="C"
          active={panel === 'chat'}
          aria-expanded={panel === 'chat'}
          badge={unread > 0 && <span className="toggle-badge">{unread > 99 ? '99+' : unread}</span>}
          onClick={() => onPanel('chat')}
        />
        <Toggle
          icon="people"
          label={`People, ${people} in the room`}
          hint="P"
          active={panel === 'people'}
          aria-expanded={panel === 'people'}
          onClick={() => onPanel('people')}
        />
        <MoreMenu
          room={room}
          copyLink={copyLink}
          audioOnly={audioOnly}
          onDialog={onDialog}
          onPictureInPicture={onPictureInPicture}
        />
        <Button look="danger" icon="leave" className="control-leave" onClick={onLeave}>
          Leave
        </Button>
      </div>
    </footer>
  )
}

/** Phones have no screen to share. */
function canShareScreen(): boolean {
  const mediaDevices: MediaDevices | undefined = navigator.mediaDevices
  return mediaDevices !== undefined && 'getDisplayMedia' in mediaDevices
}
