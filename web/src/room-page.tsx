import { useQuery } from '@tanstack/react-query'
import { Suspense, lazy, useEffect, useState } from 'react'
import { api } from './api.ts'
import { useLocalStorage } from './local-storage.ts'
import { useMedia } from './media/media-provider.tsx'
import { PrejoinPage } from './prejoin/prejoin-page.tsx'
import { roomQuery } from './room-queries.ts'
import { forgetJoinNow, navigate, wantsToJoinNow } from './route.ts'
import { Joining } from './ui/joining.tsx'

// The call and the SDK under it come when someone joins, not with the page.
const CallPage = lazy(() => import('./call/call-page.tsx').then(({ CallPage: page }) => ({ default: page })))

/** A room, from the prejoin page to the end of the call. `room` is a SID or name; `null` when only the invitation knows it. */
export function RoomPage({ room, invite }: { room: string | null; invite: string | null }) {
  const media = useMedia()
  const [name] = useLocalStorage('name')
  const whoami = useQuery(api.auth.whoami.queryOptions())
  // The name of this call: another window of the same browser may be someone else.
  const [joinedAs, setJoinedAs] = useState(() => (wantsToJoinNow() ? name.trim() : null))
  const audioOnly = useQuery(roomQuery(room, invite)).data?.audioOnly ?? false
  // A signed-in user has the identity the team's sign-in gave them; everyone else the name they typed.
  const user = whoami.data?.kind === 'user' ? whoami.data : null

  useEffect(forgetJoinNow, [])

  if (joinedAs === null) {
    return (
      <PrejoinPage
        room={room}
        invite={invite}
        knownAs={user?.identity ?? null}
        onJoin={() => {
          media.startWanted({ audioOnly })
          setJoinedAs(name.trim())
        }}
      />
    )
  }
  const leaveIt = () => navigate({ page: 'lobby' })
  const joining = <Joining room={room} onCancel={leaveIt} />
  if (whoami.isPending) return joining
  return (
    <Suspense fallback={joining}>
      <CallPage
        roomSid={room ?? undefined}
        userId={user === null ? joinedAs : undefined}
        invite={invite ?? undefined}
        audioOnly={audioOnly}
        onBackToPrejoin={() => setJoinedAs(null)}
      />
    </Suspense>
  )
}
