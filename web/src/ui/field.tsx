import { useId, type ComponentProps, type ReactNode } from 'react'
import './field.css'

export type FieldProps = Omit<ComponentProps<'input'>, 'id'> & {
  label: string
  hint?: ReactNode
  /** What is wrong with the value; shown instead of the hint and read out when it appears. */
  error?: string | undefined
  /** Stands beside the input, such as the form's button. */
  action?: ReactNode
}

/** An input with its label, and a note that screen readers tie to it. */
export function Field({ label, hint, error, action, className, ...input }: FieldProps) {
  const id = useId()
  const noteId = `${id}-note`
  const hasNote = error !== undefined || hint !== undefined
  return (
    <div className={['field', className].filter(Boolean).join(' ')}>
      <label className="field-label" htmlFor={id}>
        {label}
      </label>
      <div className="field-row">
        <input
          {...input}
          id={id}
          className="input"
          aria-invalid={error !== undefined || undefined}
          aria-describedby={hasNote ? noteId : undefined}
        />
        {action}
      </div>
      <FieldNote id={noteId} hint={hint} error={error} />
    </div>
  )
}

export function FieldNote({ id, hint, error }: { id: string; hint?: ReactNode; error?: string | undefined }) {
  return (
    <p id={id} className={error === undefined ? 'field-note' : 'field-note field-error'} aria-live="polite">
      {error ?? hint}
    </p>
  )
}
