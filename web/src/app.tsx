import { LobbyPage } from './lobby/lobby-page.tsx'
import { NotFoundPage } from './not-found-page.tsx'
import { RoomPage } from './room-page.tsx'
import { useRoute } from './route.ts'
import { ErrorBoundary } from './ui/error-boundary.tsx'

/** Which page is shown for which address. */
export function App() {
  return (
    <ErrorBoundary>
      <Page />
    </ErrorBoundary>
  )
}

function Page() {
  const route = useRoute()
  if (route.page === 'lobby') return <LobbyPage />
  if (route.page === 'not-found') return <NotFoundPage />
  return <RoomPage key={`${route.room} ${route.invite}`} room={route.room} invite={route.invite} />
}
