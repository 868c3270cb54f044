import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, wantsSignIn } from '../api.ts'
import { displayName } from '../display-name.ts'
import { endSession } from '../oidc/session.ts'
import { readSignIn } from '../sign-in.ts'
import { Button } from '../ui/button.tsx'
import { SignInDialog } from './sign-in-dialog.tsx'
import './account.css'

/** Who the server takes you for, with signing in and out. On an open server there is nothing to show. */
export function Account() {
  const [asking, setAsking] = useState(false)
  const queryClient = useQueryClient()
  const whoami = useQuery(api.auth.whoami.queryOptions())
  const known = whoami.data
  const anonymous = known?.kind === 'anonymous' || wantsSignIn(whoami.error)

  const forget = () => {
    endSession()
    void queryClient.resetQueries()
  }

  if (known?.kind === 'open') return null
  return (
    <div className="account">
      {known && !anonymous && (
        <span className="account-name">
          Signed in as{' '}
          <strong>{known.identity === null ? known.kind : (known.name ?? displayName(known.identity).name)}</strong>
        </span>
      )}
      {!anonymous && readSignIn() !== '' && (
        <Button small look="quiet" onClick={forget}>
          Sign out
        </Button>
      )}
      {anonymous && (
        <Button small icon="key" onClick={() => setAsking(true)}>
          Sign in
        </Button>
      )}
      {asking && <SignInDialog onClose={() => setAsking(false)} />}
    </div>
  )
}
