import { useEffect, useEffectEvent } from 'react'
import { shortcutFor, type ShortcutName } from './shortcuts.ts'

/** Listens for the call's keys while `isOn`. */
export function useShortcuts(isOn: boolean, actions: Record<ShortcutName, () => void>): void {
  const onKeyDown = useEffectEvent((event: KeyboardEvent) => {
    const name = shortcutFor(event, isTypingTarget(event.target))
    if (name === null || event.defaultPrevented) return
    event.preventDefault()
    actions[name]()
  })

  useEffect(() => {
    if (!isOn) return undefined
    addEventListener('keydown', onKeyDown)
    return () => removeEventListener('keydown', onKeyDown)
  }, [isOn])
}

function isTypingTarget(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('input, textarea, select, [contenteditable]') !== null
}
