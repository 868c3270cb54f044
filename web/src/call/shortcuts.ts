/** What a key does during a call. */
export type ShortcutName =
  | 'microphone'
  | 'camera'
  | 'screen'
  | 'chat'
  | 'people'
  | 'link'
  | 'pictureInPicture'
  | 'fullscreen'
  | 'help'
  | 'close'

export const SHORTCUTS: { name: ShortcutName; key: string; shown: string; description: string }[] = [
  { name: 'microphone', key: 'm', shown: 'M', description: 'Mute or unmute' },
  { name: 'camera', key: 'v', shown: 'V', description: 'Camera on or off' },
  { name: 'screen', key: 's', shown: 'S', description: 'Share your screen, or stop' },
  { name: 'chat', key: 'c', shown: 'C', description: 'Open or close the chat' },
  { name: 'people', key: 'p', shown: 'P', description: 'Open or close the list of people' },
  { name: 'link', key: 'l', shown: 'L', description: 'Copy the link to this room' },
  { name: 'pictureInPicture', key: 'i', shown: 'I', description: 'Picture in picture' },
  { name: 'fullscreen', key: 'f', shown: 'F', description: 'Full screen' },
  { name: 'help', key: '?', shown: '?', description: 'Show these shortcuts' },
  { name: 'close', key: 'Escape', shown: 'Esc', description: 'Close the panel' },
]

type Press = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'repeat'>

/**
 * The shortcut that a key press stands for. Letters are text where someone types, and presses with Ctrl, Alt or the
 * command key belong to the browser; only Escape counts everywhere.
 */
export function shortcutFor(press: Press, isTyping: boolean): ShortcutName | null {
  if (press.ctrlKey || press.metaKey || press.altKey || press.repeat) return null
  const found = SHORTCUTS.find(({ key }) => key === press.key || key === press.key.toLowerCase())
  if (found === undefined || (isTyping && found.name !== 'close')) return null
  return found.name
}
