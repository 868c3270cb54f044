import { createContext, createElement, useContext, type ReactElement, type ReactNode } from 'react'
import type { RoomkeyClient } from '../client.ts'

const ClientContext = createContext<RoomkeyClient | null>(null)

/** Gives the client to every hook below it. Make the client once, outside of rendering. */
export function RoomkeyProvider(props: { client: RoomkeyClient; children?: ReactNode }): ReactElement {
  return createElement(ClientContext.Provider, { value: props.client }, props.children)
}

/**
 * The client given to the nearest `RoomkeyProvider`.
 * @throws Error when there is none above
 */
export function useRoomkey(): RoomkeyClient {
  return useClient(undefined)
}

/** The client that a hook was given, or the provider's. */
export function useClient(given: RoomkeyClient | undefined): RoomkeyClient {
  const provided = useContext(ClientContext)
  const client = given ?? provided
  if (client === null) throw new Error('useRoomkey needs a <RoomkeyProvider client={…}> above it')
  return client
}
