import type { RoomkeyClient } from '@roomkey/client'
import { useRoomsPresence } from '@roomkey/client/react'
import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { api, createPersonClient } from './api.ts'
import { learnNames, useNames } from './display-name.ts'
import { clientFor } from './room-queries.ts'
import { useIsOnline } from './use-is-online.ts'

/** By person: who signs in as somebody else hears of nothing over a connection that the other one made. */
const people = new Map<string, RoomkeyClient>()

/** The client that events come by: with an invitation where there is one, or as the person who is signed in. */
export function useEventsClient(invite: string | null): RoomkeyClient {
  const whoami = useQuery(api.auth.whoami.queryOptions())
  if (invite !== null && /^inv_[\w-]+$/.test(invite)) return clientFor(invite)
  const person = JSON.stringify([whoami.data?.kind, whoami.data?.identity, whoami.data?.roles])
  const client = people.get(person) ?? createPersonClient()
  people.set(person, client)
  return client
}

/** Who is in some rooms. */
export type PeopleInside = {
  /** Of each room, by their identities; `undefined` while it is not known. */
  inside: (string[] | undefined)[]
  /** Whether anything that is known may be out of date. */
  isStale: boolean
}

/** Who is in each room, live. */
export function usePeopleInside(roomSids: readonly string[], invite: string | null): PeopleInside {
  const presences = useRoomsPresence(roomSids, { client: useEventsClient(invite) })
  const isOnline = useIsOnline()
  const people = presences.flatMap(({ participants }) => participants)
  useNames()
  useEffect(() => learnNames(people))
  return {
    inside: presences.map(({ status, participants, error }) =>
      status === 'loading' || (error !== null && participants.length === 0)
        ? undefined
        : participants.map(({ identity }) => identity),
    ),
    isStale: !isOnline || presences.some(({ status }) => status === 'reconnecting'),
  }
}
