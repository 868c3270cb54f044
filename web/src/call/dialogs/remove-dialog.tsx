import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import type { RemoteParticipant, Room } from 'twilio-video'
import { api } from '../../api.ts'
import { displayName } from '../../display-name.ts'
import { ErrorNotice } from '../../messages/error-notice.tsx'
import { Button } from '../../ui/button.tsx'
import { Checkbox } from '../../ui/checkbox.tsx'
import { Dialog } from '../../ui/dialog.tsx'

/** Asks before somebody is put out of the call, and whether they are kept out. */
export function RemoveDialog(props: { room: Room; participant: RemoteParticipant; onClose: () => void }) {
  const { room, participant, onClose } = props
  const { name } = displayName(participant.identity)
  const [ban, setBan] = useState(false)
  const remove = useMutation(api.participants.remove.mutationOptions({ onSuccess: onClose }))
  return (
    <Dialog
      title={`Remove ${name}?`}
      onClose={onClose}
      actions={
        <>
          <Button data-autofocus onClick={onClose}>
            Cancel
          </Button>
          <Button
            look="danger"
            busy={remove.isPending}
            onClick={() => remove.mutate({ roomSid: room.sid, participant: participant.sid, ban })}
          >
            Remove
          </Button>
        </>
      }
    >
      <p>{name} is disconnected from this call. Unless you keep them out, they can come back.</p>
      <Checkbox label={`Keep ${name} out of this room`} checked={ban} onChange={setBan} />
      <ErrorNotice error={remove.error} />
    </Dialog>
  )
}
