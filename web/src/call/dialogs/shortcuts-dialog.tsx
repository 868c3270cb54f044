import { Dialog } from '../../ui/dialog.tsx'
import { SHORTCUTS } from '../shortcuts.ts'
import './shortcuts-dialog.css'

export function ShortcutsDialog({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title="Keyboard shortcuts" onClose={onClose}>
      <dl className="shortcuts">
        {SHORTCUTS.map(({ name, shown, description }) => (
          <div key={name} className="shortcut">
            <dt>{description}</dt>
            <dd>
              <kbd>{shown}</kbd>
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  )
}
