import { navigate } from './route.ts'
import { Button } from './ui/button.tsx'
import { MessagePage } from './ui/message-page.tsx'

export function NotFoundPage() {
  return (
    <MessagePage
      title="There is nothing here"
      text="The address may be cut off. Links to rooms look like /room/name."
      actions={
        <Button look="primary" onClick={() => navigate({ page: 'lobby' })}>
          Go to the lobby
        </Button>
      }
    />
  )
}
