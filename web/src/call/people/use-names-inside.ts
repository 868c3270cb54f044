import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import type { RemoteParticipant, Room } from 'twilio-video'
import { api } from '../../api.ts'
import { isUnnamed, learnNames, useNames } from '../../display-name.ts'
import { useEventsClient } from '../../people-inside.ts'
import { useRoute } from '../../route.ts'

/** Learns what the server calls the people in a call, as they come; on a server without a sign-in there are no names. */
export function useNamesInside(room: Room, participants: readonly RemoteParticipant[]): void {
  const route = useRoute()
  const client = useEventsClient(route.page === 'room' ? route.invite : null)
  const whoami = useQuery(api.auth.whoami.queryOptions()).data
  useNames()

  useEffect(() => {
    if (whoami !== undefined) learnNames([whoami])
  }, [whoami])

  const hasSignIn = whoami !== undefined && whoami.kind !== 'open'
  // Asked anew for those who are new, not for whoever's connection comes and goes: each asks Twilio.
  const unnamed = JSON.stringify(participants.map(({ identity }) => identity).filter(isUnnamed))
  useEffect(() => {
    if (!hasSignIn || unnamed === '[]') return undefined
    const outdated = new AbortController()
    client.participants.list({ roomSid: room.sid, limit: 100 }, { signal: outdated.signal }).then(
      (list) => learnNames(list.participants),
      // Whoever may not see the list sees identities.
      () => undefined,
    )
    return () => outdated.abort()
  }, [client, room, unnamed, hasSignIn])
}
