import { useQuery } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { Account } from '../account/account.tsx'
import { EnterAs, NameField, useName } from '../account/name-field.tsx'
import { SignInDialog } from '../account/sign-in-dialog.tsx'
import { api, wantsSignIn, type Room } from '../api.ts'
import { Preview } from '../media/preview.tsx'
import { seedRoom } from '../room-queries.ts'
import { navigate, type Route } from '../route.ts'
import { Button } from '../ui/button.tsx'
import { Notice } from '../ui/notice.tsx'
import { PageTitle } from '../ui/page-title.tsx'
import { SiteHeader } from '../ui/site-header.tsx'
import { CreateRoom } from './create-room.tsx'
import { JoinForm } from './join-form.tsx'
import { RoomList } from './room-list.tsx'
import './lobby-page.css'

/** The start page: how one looks and is called, opening a room, rooms that are open. */
export function LobbyPage() {
  const whoami = useQuery(api.auth.whoami.queryOptions())
  const signedOut = whoami.data?.kind === 'anonymous' || wantsSignIn(whoami.error)
  const [signingIn, setSigningIn] = useState(false)
  const name = useName()
  const nameInput = useRef<HTMLInputElement>(null)

  const canOpen = whoami.data?.may.includes('rooms.create') ?? true
  const knownAs = whoami.data?.kind === 'user' ? whoami.data.identity : null

  const join = (route: Extract<Route, { page: 'room' }>, inside: string[] = []) => {
    const isNamed = knownAs !== null || name.check()
    // Joining under a name that is inside takes that place: the prejoin page warns first.
    if (isNamed) navigate(route, { joinNow: !inside.includes(knownAs ?? name.value.trim()) })
    else nameInput.current?.focus()
  }
  const joinRoom = (room: Room, inside?: string[]) => {
    seedRoom(room)
    join({ page: 'room', room: room.name, invite: null }, inside)
  }

  return (
    <div className="lobby">
      <SiteHeader>
        <Account />
      </SiteHeader>
      <main className="lobby-main">
        <div className="lobby-intro">
          <PageTitle document="Roomkey">A room, a link, a call.</PageTitle>
          <p>Open a room, share its link, and talk. Nothing to install.</p>
        </div>
        <section className="lobby-you" aria-label="You">
          <Preview>
            {knownAs === null ? <NameField ref={nameInput} name={name} /> : <EnterAs identity={knownAs} />}
          </Preview>
        </section>
        <section className="lobby-rooms" aria-label="Rooms">
          {signedOut ? (
            <Notice
              tone="info"
              title="This server asks who you are"
              action={
                <Button small look="primary" icon="key" onClick={() => setSigningIn(true)}>
                  Sign in
                </Button>
              }
            >
              Sign in, or open an invitation link that someone sent you.
            </Notice>
          ) : (
            <>
              <div className="lobby-card">
                {canOpen && (
                  <>
                    <CreateRoom onCreated={joinRoom} />
                    <hr className="lobby-or" />
                  </>
                )}
                <JoinForm onJoin={join} />
              </div>
              <RoomList canOpen={canOpen} onJoin={joinRoom} />
            </>
          )}
        </section>
      </main>
      {signingIn && <SignInDialog onClose={() => setSigningIn(false)} />}
    </div>
  )
}
