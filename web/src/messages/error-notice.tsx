import type { ReactNode } from 'react'
import { Notice } from '../ui/notice.tsx'
import { errorMessage } from './error-messages.ts'

/** What went wrong, if anything did, and what the person can do about it. */
export function ErrorNotice({ error, action }: { error: unknown; action?: ReactNode }) {
  if (error == null) return null
  const { title, text } = errorMessage(error)
  return (
    <Notice tone="problem" title={title} action={action}>
      {text}
    </Notice>
  )
}
