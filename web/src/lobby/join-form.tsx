import { useState, type FormEvent } from 'react'
import { parseRoomInput, type Route } from '../route.ts'
import { Button } from '../ui/button.tsx'
import { Field } from '../ui/field.tsx'

/** Leads to a room by its name or its link. */
export function JoinForm({ onJoin }: { onJoin: (route: Extract<Route, { page: 'room' }>) => void }) {
  const [input, setInput] = useState('')
  const [empty, setEmpty] = useState(false)

  const submit = (event: FormEvent) => {
    event.preventDefault()
    const route = parseRoomInput(input, location.origin)
    if (route?.page === 'room') onJoin(route)
    else setEmpty(true)
  }

  return (
    <form onSubmit={submit} noValidate>
      <Field
        label="Join with a name or a link"
        placeholder="Room name or link"
        value={input}
        autoComplete="off"
        autoCapitalize="none"
        error={empty ? 'Type a room’s name, or paste a link to it.' : undefined}
        onChange={(event) => {
          setInput(event.target.value)
          setEmpty(false)
        }}
        action={
          <Button type="submit" icon="arrow">
            Join
          </Button>
        }
      />
    </form>
  )
}
