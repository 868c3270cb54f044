import type { ReactNode } from 'react'
import { formatRoute, navigate } from '../route.ts'
import { Logo } from './logo.tsx'
import './site-header.css'

/** The head of every page but a call, which leads to the lobby. */
export function SiteHeader({ children }: { children?: ReactNode }) {
  return (
    <header className="site-header">
      <a
        className="site-home"
        href={formatRoute({ page: 'lobby' })}
        onClick={(event) => {
          if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return
          event.preventDefault()
          navigate({ page: 'lobby' })
        }}
      >
        <Logo />
        <span>Roomkey</span>
      </a>
      {children}
    </header>
  )
}
