import type { ComponentProps } from 'react'
import { Icon, type IconName } from './icon.tsx'
import './icon-button.css'

export type IconButtonProps = Omit<ComponentProps<'button'>, 'children' | 'aria-label'> & {
  icon: IconName
  /** What a screen reader says; also the tooltip. */
  label: string
}

/** A button that shows no words, and still says them. */
export function IconButton({ icon, label, className, ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      title={label}
      {...rest}
      className={['icon-button', className].filter(Boolean).join(' ')}
      aria-label={label}
    >
      <Icon name={icon} />
    </button>
  )
}
