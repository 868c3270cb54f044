import { Component, type ReactNode } from 'react'
import { Button } from './button.tsx'
import { MessagePage } from './message-page.tsx'

/** A message in place of a blank page when a part of it cannot be loaded or drawn. Loading anew also fetches a newer page. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { isBroken: boolean }> {
  override state = { isBroken: false }

  static getDerivedStateFromError(): { isBroken: boolean } {
    return { isBroken: true }
  }

  override render(): ReactNode {
    if (!this.state.isBroken) return this.props.children
    return (
      <MessagePage
        icon="alert"
        title="This page could not go on"
        text="A part of it did not arrive, or something unexpected happened. Load it again; a call goes on without you meanwhile."
        actions={
          <Button look="primary" onClick={() => location.reload()}>
            Load again
          </Button>
        }
      />
    )
  }
}
