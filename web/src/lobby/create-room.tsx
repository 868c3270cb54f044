import { toRoomkeyError } from '@roomkey/client'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { api, type Room } from '../api.ts'
import { errorMessage } from '../messages/error-messages.ts'
import { roomsQuery } from '../room-queries.ts'
import { Button } from '../ui/button.tsx'
import { Field } from '../ui/field.tsx'
import { Select } from '../ui/select.tsx'
import './create-room.css'

const ACCESS = [
  { value: 'signed-in', label: 'Everyone who is signed in' },
  { value: 'invited', label: 'Only people I invite' },
]

/** Opens a room: a name is enough, the rest is behind “Options”. */
export function CreateRoom({ onCreated }: { onCreated: (room: Room) => void }) {
  const [name, setName] = useState('')
  const [maxParticipants, setMaxParticipants] = useState('50')
  const [access, setAccess] = useState<'signed-in' | 'invited'>('signed-in')
  const queryClient = useQueryClient()
  const whoami = useQuery(api.auth.whoami.queryOptions())
  // Where nobody signs in, everyone may enter every room.
  const isOpenServer = whoami.data === undefined || whoami.data.kind === 'open'
  const create = useMutation(
    api.rooms.create.mutationOptions({
      onSuccess: (room) => {
        setName('')
        void queryClient.invalidateQueries(roomsQuery)
        onCreated(room)
      },
    }),
  )
  const errors = create.error === null ? {} : fieldErrors(create.error)

  const submit = (event: FormEvent) => {
    event.preventDefault()
    create.mutate({ roomName: name.trim() || undefined, maxParticipants: Number(maxParticipants) || undefined, access })
  }

  return (
    <form className="create-room" onSubmit={submit} noValidate>
      <Field
        label="Open a room"
        placeholder="Name of the room"
        value={name}
        maxLength={128}
        autoComplete="off"
        error={errors.name}
        onChange={(event) => {
          setName(event.target.value)
          create.reset()
        }}
        action={
          <Button type="submit" look="primary" icon="plus" busy={create.isPending}>
            Open
          </Button>
        }
      />
      <details className="create-options">
        <summary>Options</summary>
        <div className="create-options-fields">
          <Field
            label="Most people"
            type="number"
            inputMode="numeric"
            min={1}
            max={50}
            value={maxParticipants}
            error={errors.maxParticipants}
            onChange={(event) => {
              setMaxParticipants(event.target.value)
              create.reset()
            }}
          />
          {!isOpenServer && (
            <Select
              label="Who may enter"
              options={ACCESS}
              value={access}
              onChange={(event) => setAccess(event.target.value === 'invited' ? 'invited' : 'signed-in')}
            />
          )}
        </div>
      </details>
    </form>
  )
}

/** The message beside the field it is about; one that is about no field stands at the name. */
function fieldErrors(error: unknown): { name?: string; maxParticipants?: string } {
  const known = toRoomkeyError(error)
  if (known.fields?.some(({ path }) => path === 'maxParticipants')) return { maxParticipants: 'From 1 to 50 people.' }
  const { title, text } = errorMessage(known)
  return { name: known.code === 'INVALID_INPUT' ? text : `${title}. ${text}` }
}
