import { useQuery } from '@tanstack/react-query'
import { useState, type Ref } from 'react'
import { api } from '../api.ts'
import { displayName } from '../display-name.ts'
import { useLocalStorage } from '../local-storage.ts'
import { Field } from '../ui/field.tsx'

export type Name = {
  value: string
  change: (value: string) => void
  /** Whether there is a name to join with; if not, `error` asks for one. */
  check: () => boolean
  error: string | undefined
}

/** The person's name, kept between visits. */
export function useName(): Name {
  const [value, setValue] = useLocalStorage('name')
  const [error, setError] = useState<string>()
  return {
    value,
    error,
    change: (next) => {
      setValue(next)
      setError(undefined)
    },
    check: () => {
      const missing = value.trim() === ''
      setError(missing ? 'Type the name others will see.' : undefined)
      return !missing
    },
  }
}

export function NameField({ name, hint, ref }: { name: Name; hint?: string | undefined; ref?: Ref<HTMLInputElement> }) {
  return (
    <Field
      ref={ref}
      label="Your name"
      placeholder="The name others will see"
      value={name.value}
      maxLength={64}
      autoComplete="name"
      error={name.error}
      hint={hint}
      onChange={(event) => name.change(event.target.value)}
    />
  )
}

/** In place of the field for someone whose sign-in says who they are. */
export function EnterAs({ identity }: { identity: string }) {
  const { data: known } = useQuery(api.auth.whoami.queryOptions())
  return (
    <p>
      You enter as <strong>{known?.name ?? displayName(identity).name}</strong>.
    </p>
  )
}
