import { toRoomkeyError } from '@roomkey/client'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useRef, useState, type FormEvent } from 'react'
import { Account } from '../account/account.tsx'
import { EnterAs, NameField, useName } from '../account/name-field.tsx'
import { SignInDialog } from '../account/sign-in-dialog.tsx'
import { api, wantsSignIn, type Room } from '../api.ts'
import { displayName } from '../display-name.ts'
import { Preview } from '../media/preview.tsx'
import { peopleMessage } from '../messages/people-message.ts'
import { usePeopleInside } from '../people-inside.ts'
import { REFRESH_MS, roomQuery } from '../room-queries.ts'
import { isRoomSid, navigate } from '../route.ts'
import { Button } from '../ui/button.tsx'
import { MessagePage } from '../ui/message-page.tsx'
import { Notice } from '../ui/notice.tsx'
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
  const whoami = useQuery(api.auth.whoami.queryOptions())
  const found = useQuery({
    ...roomQuery(room, invite),
    // An invitation that is not good is not tried over and over: the server counts such tries. Signing in
    // asks anew by itself.
    refetchInterval: ({ state: { error } }) =>
      error !== null && (invite !== null || wantsSignIn(error)) ? false : REFRESH_MS,
  })
  const presence = usePeopleInside(found.data?.status === 'in-progress' ? [found.data.sid] : [], invite)
  const [inside] = presence.inside
  const open = useMutation(api.rooms.create.mutationOptions({ onSuccess: () => found.refetch() }))
  const names = inside?.map((identity) => displayName(identity).name)
  const roomName = room === null || isRoomSid(room) ? null : room
  const title = found.data?.name ?? (invite === null ? (roomName ?? 'A room') : 'You are invited')
  const canOpen =
    roomName !== null &&
    found.error !== null &&
    toRoomkeyError(found.error).code === 'ROOM_NOT_FOUND' &&
    (whoami.data?.may.includes('rooms.create') ?? false)
  // Who is inside already takes their own place.
  const isFull =
    names !== undefined &&
    found.data !== undefined &&
    names.length >= found.data.maxParticipants &&
    !names.includes(knownAs ?? name.value.trim())

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
          <Preview audioOnly={found.data?.audioOnly ?? false} />
        </section>
        <form className="prejoin-form" onSubmit={submit} noValidate>
          <div>
            <PageTitle document={`${title} · Roomkey`} className="prejoin-title">
              {title}
            </PageTitle>
            <p className="prejoin-people" aria-live="polite">
              {names === undefined ? '\u00a0' : peopleMessage(names)}
            </p>
          </div>
          {found.error !== null && (
            <PrejoinNotice
              error={open.error ?? found.error}
              busy={open.isPending}
              onOpen={canOpen ? () => open.mutate({ roomName, access: 'signed-in' }) : null}
              onRetry={() => {
                open.reset()
                void found.refetch()
              }}
              onSignIn={() => setSigningIn(true)}
            />
          )}
          {isFull && (
            <Notice tone="info" title="The room is full">
              Everyone who fits is inside. You can join as soon as someone leaves.
            </Notice>
          )}
          {found.data?.recordParticipantsOnConnect === true && (
            <Notice tone="warning" title="This room is recorded">
              {found.data.audioOnly ? 'Sound' : 'Picture and sound'} of everyone is kept from the moment they join.
            </Notice>
          )}
          {knownAs === null ? (
            <NameField ref={nameInput} name={name} hint={hintFor(name.value, names)} />
          ) : (
            <EnterAs identity={knownAs} />
          )}
          <div className="prejoin-actions">
            <Button
              type="submit"
              look="primary"
              icon="arrow"
              disabled={isFull || (found.error !== null && invite === null)}
            >
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
