import type { ComponentProps, ReactNode } from 'react'
import { Icon, type IconName } from './icon.tsx'
import './toggle.css'

export type ToggleProps = Omit<ComponentProps<'button'>, 'children'> & {
  icon: IconName
  /** What pressing it does now; changes with the state, so a screen reader hears the next step. */
  label: string
  /** The key that does the same. */
  hint?: string | undefined
  /** Something that should be noticed is off, such as the microphone. */
  off?: boolean
  /** What it opens is open. */
  active?: boolean
  busy?: boolean
  badge?: ReactNode
}

/** A round button of the call's bar. */
export function Toggle({ icon, label, hint, off, active, busy, badge, className, ...rest }: ToggleProps) {
  const classes = ['toggle', off && 'toggle-off', active && 'toggle-active', busy && 'toggle-busy', className]
  return (
    <button
      type="button"
      {...rest}
      className={classes.filter(Boolean).join(' ')}
      aria-label={label}
      aria-keyshortcuts={hint}
      title={hint === undefined ? label : `${label} (${hint})`}
    >
      <Icon name={icon} />
      {badge}
    </button>
  )
}
