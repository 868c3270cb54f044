import { useId, useRef, useState } from 'react'
import type { Room } from 'twilio-video'
import { Icon, type IconName } from '../../ui/icon.tsx'
import { Toggle } from '../../ui/toggle.tsx'
import type { CopyLink } from '../copy-link.ts'
import type { SimpleDialogName } from '../dialogs/call-dialog.tsx'
import { usePermissions } from '../use-permissions.ts'
import { toggleFullscreen } from './fullscreen.ts'
import { hasPictureInPicture } from './picture-in-picture.ts'
import './more-menu.css'

/** What is needed less often. A popover of the browser: Escape and a press outside close it. */
export function MoreMenu(props: {
  room: Room
  onDialog: (dialog: SimpleDialogName) => void
  copyLink: CopyLink | null
  audioOnly: boolean
  onPictureInPicture: () => void
}) {
  const { room, copyLink, audioOnly, onDialog, onPictureInPicture } = props
  const id = useId()
  const menu = useRef<HTMLDivElement>(null)
  const [isOpen, setIsOpen] = useState(false)
  const { canEnd } = usePermissions(room)
  const choose = (action: () => void) => () => {
    menu.current?.hidePopover()
    action()
  }

  return (
    <>
      <Toggle icon="more" label="More" active={isOpen} popoverTarget={id} aria-expanded={isOpen} />
      <div
        ref={menu}
        id={id}
        className="more-menu"
        popover="auto"
        role="group"
        aria-label="More"
        onToggle={(event) => setIsOpen(event.newState === 'open')}
        onBeforeToggle={(event) => {
          if (event.newState === 'open') place(event.currentTarget)
        }}
      >
        {copyLink !== null && (
          <>
            <Item icon="invite" label="Invite people" onClick={choose(() => onDialog('invite'))} />
            <Item icon="link" label={copyLink.label} shortcut="L" onClick={choose(copyLink.copy)} />
          </>
        )}
        <Item
          icon="settings"
          label={audioOnly ? 'Microphone' : 'Camera and microphone'}
          onClick={choose(() => onDialog('devices'))}
        />
        {!audioOnly && hasPictureInPicture() && (
          <Item
            icon="picture-in-picture"
            label="Picture in picture"
            shortcut="I"
            onClick={choose(onPictureInPicture)}
          />
        )}
        {document.fullscreenEnabled && (
          <Item icon="fullscreen" label="Full screen" shortcut="F" onClick={choose(toggleFullscreen)} />
        )}
        <Item icon="keyboard" label="Keyboard shortcuts" shortcut="?" onClick={choose(() => onDialog('shortcuts'))} />
        {canEnd && <Item icon="end" label="End for everyone" danger onClick={choose(() => onDialog('end'))} />}
      </div>
    </>
  )
}

function Item(props: { icon: IconName; label: string; shortcut?: string; danger?: boolean; onClick: () => void }) {
  const { icon, label, shortcut, danger, onClick } = props
  return (
    <button
      type="button"
      className={danger ? 'more-item more-item-danger' : 'more-item'}
      aria-keyshortcuts={shortcut}
      onClick={onClick}
    >
      <Icon name={icon} />
      <span>{label}</span>
      {shortcut !== undefined && <kbd aria-hidden="true">{shortcut}</kbd>}
    </button>
  )
}

/** Puts the menu above its button; popovers stand in the browser's top layer and know nothing of it. */
function place(menu: HTMLElement): void {
  const button = document.querySelector(`[popovertarget="${CSS.escape(menu.id)}"]`)
  if (button === null) return
  const { top, left, width } = button.getBoundingClientRect()
  menu.style.setProperty('--menu-bottom', `${innerHeight - top + 10}px`)
  menu.style.setProperty('--menu-middle', `${left + width / 2}px`)
}
