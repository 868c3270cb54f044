import type { ComponentProps, ReactNode } from 'react'
import { Icon, type IconName } from './icon.tsx'
import './button.css'

export type ButtonProps = Omit<ComponentProps<'button'>, 'children'> & {
  children: ReactNode
  icon?: IconName
  /** `primary` for the one thing to do here, `danger` for what cannot be taken back. */
  look?: 'primary' | 'plain' | 'quiet' | 'danger'
  small?: boolean
  /** Work under way: keeps the button's size, says so to screen readers, ignores further presses. */
  busy?: boolean
}

export function Button({ children, icon, look = 'plain', small, busy, className, onClick, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      className={['button', `button-${look}`, small && 'button-small', className].filter(Boolean).join(' ')}
      aria-busy={busy || undefined}
      aria-disabled={busy || undefined}
      onClick={busy ? (event) => event.preventDefault() : onClick}
    >
      {icon && <Icon name={icon} />}
      <span>{children}</span>
      {busy && <span className="button-spinner" aria-hidden="true" />}
    </button>
  )
}
