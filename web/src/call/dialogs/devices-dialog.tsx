import { DeviceNotices } from '../../media/device-notices.tsx'
import { DeviceSelects } from '../../media/device-selects.tsx'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'

export function DevicesDialog({ onClose }: { onClose: () => void }) {
  return (
    <Dialog
      title="Camera and microphone"
      onClose={onClose}
      actions={
        <Button look="primary" onClick={onClose}>
          Done
        </Button>
      }
    >
      <DeviceNotices />
      <DeviceSelects />
    </Dialog>
  )
}
