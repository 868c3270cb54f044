import { toRoomkeyError } from '@roomkey/client'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useRef, useState, type FormEvent } from 'react'
import { Account } from '../account/account.tsx'
import { EnterAs, NameField, useName } from '../account/name-field.tsx'
import { SignInDialog } from '../account/sign-in-dialog.tsx'
import { api, type Room } from '../api.ts'
import { displayName } from '../display-name.ts'
import { Preview } from '../media/preview.tsx'
import { peopleMessage } from '../messages/people-message.ts'
import { navigate } from '../route.ts'
import { Button } from '../ui/button.tsx'
import { MessagePage } from '../ui/message-page.tsx'
import { PageTitle } from '../ui/page-title.tsx'
import { SiteHeader } from '../ui/site-header.tsx'
import { PrejoinNotice } from './prejoin-notice.tsx'
import './prejoin-page.css'

/** Before the call, for those who come by a link: who is inside, how one looks, and under which name one enters. */
export function PrejoinPage(props: {
  room: string | null
  invite: string | null
  /** The identity of a signed-in user; `null` for who chooses a name. */
  knownAs: string | null
  onJoin: () => void
}) {
  const { room, invite, knownAs, onJoin } = props
  const name = useName()
  const [signingIn, setSigningIn] = useState(false)
  const nameInput = useRef<HTMLInputElement>(null)
  const found = useQuery(
    api.rooms.get.queryOptions({ sid: room ?? '' }, { enabled: room !== null, refetchInterval: 4_000 }),
  )
  const inside = useQuery(
    api.participants.list.queryOptions(
      { roomSid: room ?? '' },
      { enabled: found.data?.status === 'in-progress', refetchInterval: 4_000 },
    ),
  )
  const open = useMutation(api.rooms.create.mutationOptions({ onSuccess: () => found.refetch() }))
  const names = inside.data?.participants.map(({ identity }) => displayName(identity).name)
  const title = found.data?.name ?? (room === null ? 'You are invited' : room)
  // With an invitation the room may stay unseen until one is inside.
  const error = invite === null ? (found.error ?? open.error) : null
  const isMissing = error !== null && toRoomkeyError(error).code === 'ROOM_NOT_FOUND'

  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (knownAs !== null || name.check()) onJoin()
    else nameInput.current?.focus()
  }

  if (found.data?.status === 'completed') return <RoomIsOver room={found.data} />
  return (
    <div className="lobby">
      <SiteHeader>
        <Account />
      </SiteHeader>
      <main className="prejoin">
        <section aria-label="You">
          <Preview />
        </section>
        <form className="prejoin-form" onSubmit={submit} noValidate>
          <div>
            <PageTitle document={`${title} · Roomkey`} className="prejoin-title">
              {title}
            </PageTitle>
            <p className="prejoin-people">{names === undefined ? '\u00a0' : peopleMessage(names)}</p>
          </div>
          {error !== null && (
            <PrejoinNotice
              error={error}
              busy={open.isPending}
              onOpen={isMissing && room !== null ? () => open.mutate({ roomName: room, access: 'signed-in' }) : null}
              onRetry={() => void found.refetch()}
              onSignIn={() => setSigningIn(true)}
            />
          )}
          {knownAs === null ? (
            <NameField ref={nameInput} name={name} hint={hintFor(name.value, names)} />
          ) : (
            <EnterAs identity={knownAs} />
          )}
          <div className="prejoin-actions">
            <Button type="submit" look="primary" icon="arrow" disabled={error !== null}>
              Join now
            </Button>
            <Button look="quiet" onClick={() => navigate({ page: 'lobby' })}>
              All rooms
            </Button>
          </div>
        </form>
      </main>
      {/* Outside of the form: what is submitted in the dialog must not join the room. */}
      {signingIn && <SignInDialog onClose={() => setSigningIn(false)} />}
    </div>
  )
}

/** Joining under a name that is inside pushes that one out: Twilio's rule for one identity. */
function hintFor(name: string, names: string[] | undefined): string | undefined {
  if (!names?.includes(name.trim())) return undefined
  return `${name.trim()} is inside already. If that is not you, choose another name: joining takes their place.`
}

function RoomIsOver({ room }: { room: Room }) {
  return (
    <MessagePage
      icon="end"
      title="This room has ended"
      text={`${room.name} is over. Open a new room to go on.`}
      actions={
        <Button look="primary" onClick={() => navigate({ page: 'lobby' })}>
          Go to the lobby
        </Button>
      }
    />
  )
}
