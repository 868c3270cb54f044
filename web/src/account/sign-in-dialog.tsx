import { toRoomkeyError } from '@roomkey/client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { api } from '../api.ts'
import { errorMessage } from '../messages/error-messages.ts'
import { readProvider } from '../oidc/provider.ts'
import { endSession } from '../oidc/session.ts'
import { parseRoomInput, navigate } from '../route.ts'
import { writeSignIn } from '../sign-in.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Field } from '../ui/field.tsx'
import { Notice } from '../ui/notice.tsx'

/** Takes a token of the team's own sign-in, or an invitation link, whichever the person has. */
export function SignInDialog({ onClose }: { onClose: () => void }) {
  const [input, setInput] = useState('')
  const queryClient = useQueryClient()
  const provider = readProvider()
  const leave = useMutation({
    mutationFn: async () => {
      const { beginSignIn } = await import('../oidc/sign-in-flow.ts')
      if (provider !== null) await beginSignIn(provider)
    },
  })
  const signIn = useMutation({
    mutationFn: async (proof: string) => {
      // A sign-in at the provider that has lapsed must not come back in its place.
      endSession()
      writeSignIn(proof)
      try {
        const known = await queryClient.fetchQuery({ ...api.auth.whoami.queryOptions(), staleTime: 0 })
        if (known.kind === 'anonymous') throw new Error('not signed in')
      } catch (error) {
        writeSignIn('')
        throw error
      }
    },
    onSuccess: async () => {
      onClose()
      await queryClient.resetQueries()
    },
  })

  const submit = (event: FormEvent) => {
    event.preventDefault()
    const text = input.trim()
    const route = parseRoomInput(text, location.origin)
    if (route?.page === 'room' && route.invite !== null) {
      onClose()
      navigate(route)
      return
    }
    if (text !== '') signIn.mutate(text)
  }

  return (
    <Dialog title="Sign in" onClose={onClose}>
      {provider === null ? (
        <p>
          This server asks who you are. Paste the sign-in token that your team gave you, or an invitation link that
          someone sent you.
        </p>
      ) : (
        <>
          <p>This server asks who you are.</p>
          <Button
            look="primary"
            icon="key"
            data-autofocus
            busy={leave.isPending || leave.isSuccess}
            onClick={() => leave.mutate()}
          >
            Continue to {new URL(provider.issuer).hostname}
          </Button>
          {leave.error !== null && (
            <Notice tone="problem" title="The sign-in cannot be reached">
              Try again in a moment, or ask whoever runs this server.
            </Notice>
          )}
          <p>Or paste a sign-in token, or an invitation link that someone sent you.</p>
        </>
      )}
      <form className="field" onSubmit={submit}>
        <Field
          label="Token or invitation link"
          value={input}
          type="password"
          autoComplete="off"
          spellCheck={false}
          data-autofocus={provider === null || undefined}
          error={signIn.error === null ? undefined : messageFor(signIn.error)}
          hint="It is kept in this tab only, and forgotten when you close it."
          onChange={(event) => {
            setInput(event.target.value)
            signIn.reset()
          }}
          action={
            <Button type="submit" look={provider === null ? 'primary' : 'plain'} busy={signIn.isPending}>
              Go on
            </Button>
          }
        />
      </form>
    </Dialog>
  )
}

function messageFor(error: Error): string {
  const { code } = toRoomkeyError(error)
  if (code === 'UNAUTHENTICATED' || code === 'BAD_RESPONSE')
    return 'The server does not accept this. It may be cut off or out of date.'
  const { title, text } = errorMessage(error)
  return `${title}. ${text}`
}
