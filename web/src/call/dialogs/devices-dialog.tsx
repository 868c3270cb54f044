import type { Room } from 'twilio-video'
import { DeviceNotices } from '../../media/device-notices.tsx'
import { DeviceSelects } from '../../media/device-selects.tsx'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { useRoomDetails } from '../use-room-details.ts'

/** Changes camera and microphone during a call. */
export function DevicesDialog({ room, onClose }: { room: Room; onClose: () => void }) {
  const audioOnly = useRoomDetails(room)?.audioOnly ?? false
  return (
    <Dialog
      title={audioOnly ? 'Microphone' : 'Camera and microphone'}
      onClose={onClose}
      actions={
        <Button look="primary" onClick={onClose}>
          Done
        </Button>
      }
    >
      <DeviceNotices />
      <DeviceSelects audioOnly={audioOnly} />
    </Dialog>
  )
}
