import type { ComponentType } from 'react'
import type { RemoteParticipant, Room } from 'twilio-video'
import { DevicesDialog } from './devices-dialog.tsx'
import { EndDialog } from './end-dialog.tsx'
import { InviteDialog } from './invite-dialog.tsx'
import { RemoveDialog } from './remove-dialog.tsx'
import { ShortcutsDialog } from './shortcuts-dialog.tsx'

export type SimpleDialogName = 'invite' | 'devices' | 'shortcuts' | 'end'
export type DialogName = { name: SimpleDialogName } | { name: 'remove'; participant: RemoteParticipant }

const DIALOGS: Record<SimpleDialogName, ComponentType<{ room: Room; onClose: () => void }>> = {
  invite: InviteDialog,
  devices: DevicesDialog,
  shortcuts: ShortcutsDialog,
  end: EndDialog,
}

/** The dialog that is open over the call. */
export function CallDialog({ dialog, room, onClose }: { dialog: DialogName; room: Room; onClose: () => void }) {
  if (dialog.name === 'remove') return <RemoveDialog room={room} participant={dialog.participant} onClose={onClose} />
  const Shown = DIALOGS[dialog.name]
  return <Shown room={room} onClose={onClose} />
}
