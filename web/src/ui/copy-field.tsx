import { useRef, useState } from 'react'
import { Button } from './button.tsx'
import { Field } from './field.tsx'
import './copy-field.css'

/** A text to take along. Where the browser forbids copying, it is marked, ready for the person's own copying. */
export function CopyField({ label, value, autoFocus }: { label: string; value: string; autoFocus?: boolean }) {
  const input = useRef<HTMLInputElement>(null)
  const [copied, setCopied] = useState(false)

  const copy = async () => {
    input.current?.select()
    try {
      await navigator.clipboard.writeText(value)
      setCopied(true)
    } catch {
      // What is marked can be copied by hand.
    }
  }

  return (
    <Field
      ref={input}
      className="copy-field"
      label={label}
      value={value}
      readOnly
      onFocus={(event) => event.target.select()}
      action={
        <Button
          look="primary"
          icon={copied ? 'check' : 'copy'}
          autoFocus={autoFocus}
          data-autofocus={autoFocus}
          onClick={() => void copy()}
        >
          {copied ? 'Copied' : 'Copy'}
        </Button>
      }
    />
  )
}
