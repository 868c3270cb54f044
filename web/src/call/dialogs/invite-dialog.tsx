import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import type { Room } from 'twilio-video'
import { api } from '../../api.ts'
import { ErrorNotice } from '../../messages/error-notice.tsx'
import { Button } from '../../ui/button.tsx'
import { CopyField } from '../../ui/copy-field.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Select } from '../../ui/select.tsx'
import { linkTo } from '../copy-link.ts'
import { usePermissions } from '../use-permissions.ts'
import './invite-dialog.css'

const EXPIRY = [
  { value: '3600', label: 'Good for an hour' },
  { value: '86400', label: 'Good for a day' },
  { value: '604800', label: 'Good for a week' },
]
const USES = [
  { value: '', label: 'Any number of people' },
  { value: '1', label: 'One person' },
  { value: '10', label: 'Ten people' },
]

/** Ways to bring others in: the room's link, and invitations for those who have no sign-in. */
export function InviteDialog({ room, onClose }: { room: Room; onClose: () => void }) {
  const { canInvite, canShareLink } = usePermissions(room)
  return (
    <Dialog title="Invite people" onClose={onClose}>
      {canShareLink && <CopyField label="Link to this room" value={linkTo(room.name)} autoFocus />}
      {canInvite && <Invitation room={room} />}
    </Dialog>
  )
}

function Invitation({ room }: { room: Room }) {
  const [expiry, setExpiry] = useState('86400')
  const [uses, setUses] = useState('')
  const create = useMutation(api.invites.create.mutationOptions())
  return (
    <section className="invitation" aria-labelledby="invitation-title">
      <h3 id="invitation-title">Invitation</h3>
      <p>Lets people in who have no sign-in here. They enter as guests, under a name of their choosing.</p>
      <div className="invitation-terms">
        <Select
          label="How long"
          hideLabel
          options={EXPIRY}
          value={expiry}
          onChange={(event) => {
            setExpiry(event.target.value)
            create.reset()
          }}
        />
        <Select
          label="How many"
          hideLabel
          options={USES}
          value={uses}
          onChange={(event) => {
            setUses(event.target.value)
            create.reset()
          }}
        />
      </div>
      {create.data === undefined ? (
        <Button
          icon="key"
          busy={create.isPending}
          onClick={() =>
            create.mutate({
              roomSid: room.sid,
              role: 'guest',
              expiresInSeconds: Number(expiry),
              ...(uses !== '' && { maxUses: Number(uses) }),
            })
          }
        >
          Make an invitation link
        </Button>
      ) : (
        <CopyField label="Invitation link" value={linkTo(room.sid, create.data.invite)} autoFocus />
      )}
      <ErrorNotice error={create.error} />
    </section>
  )
}
