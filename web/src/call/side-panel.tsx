import type { ReactNode } from 'react'
import { IconButton } from '../ui/icon-button.tsx'
import './side-panel.css'

/** Beside the stage where there is room, over it on a phone. */
export function SidePanel(props: { title: string; onClose: () => void; children: ReactNode }) {
  const { title, onClose, children } = props
  return (
    <aside className="side-panel" aria-label={title}>
      <div className="side-panel-card">
        <header className="side-panel-header">
          <h2>{title}</h2>
          <IconButton icon="close" label={`Close ${title.toLowerCase()}`} onClick={onClose} />
        </header>
        {children}
      </div>
    </aside>
  )
}
