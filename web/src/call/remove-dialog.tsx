import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import type { RemoteParticipant, Room } from 'twilio-video'
import { api } from '../api.ts'
import { displayName } from '../display-name.ts'
import { Button } from '../ui/button.tsx'
import { Checkbox } from '../ui/checkbox.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Notice } from '../ui/notice.tsx'
import { wordsOfError } from '../words/error-words.ts'

export function RemoveDialog(props: { room: Room; participant: RemoteParticipant; onClose: () => void }) {
  const { room, participant, onClose } = props
  const { name } = displayName(participant.identity)
  const [ban, setBan] = useState(false)
  const remove = useMutation(api.participants.remove.mutationOptions({ onSuccess: onClose }))
  const words = remove.error === null ? null : wordsOfError(remove.error)
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
      {words !== null && (
        <Notice tone="problem" title={words.title}>
          {words.text}
        </Notice>
      )}
    </Dialog>
  )
}
