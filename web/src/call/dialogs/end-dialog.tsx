import { useMutation } from '@tanstack/react-query'
import type { Room } from 'twilio-video'
import { api } from '../../api.ts'
import { ErrorNotice } from '../../messages/error-notice.tsx'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'

/** Ending a room cannot be taken back, so it is asked for. The call itself then ends from the server's side. */
export function EndDialog({ room, onClose }: { room: Room; onClose: () => void }) {
  const end = useMutation(api.rooms.complete.mutationOptions())
  return (
    <Dialog
      title="End the call for everyone?"
      onClose={onClose}
      actions={
        <>
          <Button data-autofocus onClick={onClose}>
            Keep it open
          </Button>
          <Button look="danger" busy={end.isPending} onClick={() => end.mutate({ sid: room.sid })}>
            End for everyone
          </Button>
        </>
      }
    >
      <p>Everyone in {room.name} is disconnected, and the room can’t be entered again. To go alone, leave instead.</p>
      <ErrorNotice error={end.error} />
    </Dialog>
  )
}
