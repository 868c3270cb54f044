import { isRoomSid } from '../route.ts'
import { Button } from './button.tsx'
import { PageTitle } from './page-title.tsx'
import { Spinner } from './spinner.tsx'
import './joining.css'

/** While the call is loaded and the room is entered. */
export function Joining({ room, onCancel }: { room: string | null; onCancel: () => void }) {
  const where = room === null || isRoomSid(room) ? 'the room' : room
  return (
    <main className="joining">
      <PageTitle document={`Joining ${where} · Roomkey`} className="joining-title">
        {where === 'the room' ? 'Joining …' : where}
      </PageTitle>
      <Spinner label="Letting you in …" />
      <Button look="quiet" onClick={onCancel}>
        Cancel
      </Button>
    </main>
  )
}
