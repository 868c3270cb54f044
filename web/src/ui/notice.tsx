import type { ReactNode } from 'react'
import { Icon, type IconName } from './icon.tsx'
import './notice.css'

/** A message about the state of things, with what can be done about it. A problem is read out at once. */
export function Notice(props: {
  tone: 'info' | 'warning' | 'problem'
  title: string
  children?: ReactNode
  action?: ReactNode
}) {
  const { tone, title, children, action } = props
  const icon: IconName = tone === 'info' ? 'info' : 'alert'
  return (
    <div className={`notice notice-${tone}`} role={tone === 'problem' ? 'alert' : 'status'}>
      <Icon name={icon} />
      <div className="notice-content">
        <p className="notice-title">{title}</p>
        {children && <div className="notice-text">{children}</div>}
      </div>
      {action && <div className="notice-action">{action}</div>}
    </div>
  )
}
