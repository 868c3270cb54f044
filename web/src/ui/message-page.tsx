import type { ReactNode } from 'react'
import { Icon, type IconName } from './icon.tsx'
import { PageTitle } from './page-title.tsx'
import { SiteHeader } from './site-header.tsx'
import './message-page.css'

/** A page with a single message: how a call ended, why a room cannot be entered. */
export function MessagePage(props: {
  icon?: IconName
  title: string
  text: ReactNode
  actions?: ReactNode
  children?: ReactNode
  /** Under the actions. */
  below?: ReactNode
}) {
  const { icon = 'info', title, text, actions, children, below } = props
  return (
    <div className="message-page">
      <SiteHeader />
      <main className="message-page-main">
        <span className="message-page-icon">
          <Icon name={icon} />
        </span>
        <PageTitle document={`${title} · Roomkey`}>{title}</PageTitle>
        <p className="message-page-text">{text}</p>
        {children}
        {actions && <div className="message-page-actions">{actions}</div>}
        {below}
      </main>
    </div>
  )
}
