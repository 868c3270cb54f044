import { createRoomkeyClient, toRoomkeyError, type Calls, type RoomkeyClient } from '@roomkey/client'
import { QueryClient } from '@tanstack/react-query'
import { createTRPCOptionsProxy } from '@trpc/tanstack-react-query'
import { freshSignIn } from './oidc/tokens.ts'
import { tabStorage } from './sign-in.ts'
import { siteUrl } from './site-url.ts'

export type Room = Awaited<ReturnType<Calls['rooms']['get']>>
export type Whoami = Awaited<ReturnType<Calls['auth']['whoami']>>

/** The server that served this page. A person can sign in and out while the page is open, hence headers per request. */
export const roomkey = createPersonClient()

/** A client of the person who is signed in. */
export function createPersonClient(): RoomkeyClient {
  return createRoomkeyClient({
    url: siteUrl(),
    guestStorage: tabStorage,
    headers: async (): Promise<Record<string, string>> => {
      const signIn = await freshSignIn()
      return signIn === '' ? {} : { authorization: `Bearer ${signIn}` }
    },
  })
}

export const queryClient = new QueryClient({
  defaultOptions: {
    // The client retries what may be retried, and the lists are fetched again by themselves.
    queries: { retry: false, staleTime: 2_000 },
    mutations: { retry: false },
  },
})

/** Queries and mutations as TanStack Query wants them: `useQuery(api.rooms.list.queryOptions({}))`. */
export const api = createTRPCOptionsProxy({ client: roomkey.trpc, queryClient })

/** Whether a request failed because the server requires a sign-in. */
export function wantsSignIn(error: unknown): boolean {
  return error != null && toRoomkeyError(error).code === 'UNAUTHENTICATED'
}
