import { useId, useLayoutEffect, useRef, type ReactNode } from 'react'
import { IconButton } from './icon-button.tsx'
import './dialog.css'

/**
 * A modal dialog on the browser's own: it keeps focus inside, closes by Escape or a press outside, and gives
 * focus back to where it was. It is open for as long as it is rendered. What has `data-autofocus` gets focus first.
 */
export function Dialog(props: { title: string; onClose: () => void; children: ReactNode; actions?: ReactNode }) {
  const { title, onClose, children, actions } = props
  const dialog = useRef<HTMLDialogElement>(null)
  const titleId = useId()

  // Before React takes the dialog out of the page: only one that is still in it gives the focus back.
  useLayoutEffect(() => {
    const element = dialog.current
    element?.showModal()
    // React sets no `autofocus` attribute, which is what browsers look for.
    element?.querySelector<HTMLElement>('[data-autofocus]')?.focus()
    return () => element?.close()
  }, [])

  return (
    <dialog
      ref={dialog}
      className="dialog"
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
      onPointerDown={(event) => {
        if (event.target === dialog.current) onClose()
      }}
      onKeyDown={(event) => event.stopPropagation()}
    >
      <div className="dialog-card">
        <header className="dialog-header">
          <h2 id={titleId} className="dialog-title">
            {title}
          </h2>
          <IconButton icon="close" label="Close" onClick={onClose} />
        </header>
        <div className="dialog-body">{children}</div>
        {actions && <footer className="dialog-actions">{actions}</footer>}
      </div>
    </dialog>
  )
}
