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

export const SHORTCUTS: { name: ShortcutName; key: string; shown: string; words: string }[] = [
  { name: 'microphone', key: 'm', shown: 'M', words: 'Mute or unmute' },
  { name: 'camera', key: 'v', shown: 'V', words: 'Camera on or off' },
  { name: 'screen', key: 's', shown: 'S', words: 'Share your screen, or stop' },
  { name: 'chat', key: 'c', shown: 'C', words: 'Open or close the chat' },
  { name: 'people', key: 'p', shown: 'P', words: 'Open or close the list of people' },
  { name: 'link', key: 'l', shown: 'L', words: 'Copy the link to this room' },
  { name: 'pictureInPicture', key: 'i', shown: 'I', words: 'Picture in picture' },
  { name: 'fullscreen', key: 'f', shown: 'F', words: 'Full screen' },
  { name: 'help', key: '?', shown: '?', words: 'Show these shortcuts' },
  { name: 'close', key: 'Escape', shown: 'Esc', words: 'Close the panel' },
]

type Press = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'repeat'>

/**
 * The shortcut that a key press stands for. Letters are words where someone types, and presses with Ctrl, Alt or the
 * command key belong to the browser; only Escape counts everywhere.
 */
export function shortcutFor(press: Press, isTyping: boolean): ShortcutName | null {
  if (press.ctrlKey || press.metaKey || press.altKey || press.repeat) return null
  const found = SHORTCUTS.find(({ key }) => key === press.key || key === press.key.toLowerCase())
  if (found === undefined || (isTyping && found.name !== 'close')) return null
  return found.name
}
