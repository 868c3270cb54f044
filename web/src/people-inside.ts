import type { RoomkeyClient } from '@roomkey/client'
import { useRoomsPresence } from '@roomkey/client/react'
import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { api, createPersonClient } from './api.ts'
import { learnNames, useNames } from './display-name.ts'
import { clientFor } from './room-queries.ts'

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

/** The identities of who is in each room, live; `undefined` while it is not known. */
export function usePeopleInside(roomSids: readonly string[], invite: string | null): (string[] | undefined)[] {
  const presences = useRoomsPresence(roomSids, { client: useEventsClient(invite) })
  const inside = presences.flatMap(({ participants }) => participants)
  useNames()
  useEffect(() => learnNames(inside))
  return presences.map(({ status, participants, error }) =>
    status === 'loading' || (error !== null && participants.length === 0)
      ? undefined
      : participants.map(({ identity }) => identity),
  )
}
