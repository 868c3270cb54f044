import { useEffect, useRef, type FocusEvent, type KeyboardEvent, type RefObject } from 'react'

const STEPS: Record<string, (index: number, count: number) => number> = {
  ArrowRight: (index, count) => (index + 1) % count,
  ArrowLeft: (index, count) => (index - 1 + count) % count,
  Home: () => 0,
  End: (_index, count) => count - 1,
}

/**
 * Makes the buttons of a toolbar one stop of the Tab key, with arrow keys, Home and End to go through them. What pops
 * up over the bar is not part of it. Source: W3C "ARIA Authoring Practices", toolbar.
 */
export function useToolbar(): {
  ref: RefObject<HTMLDivElement | null>
  onFocus: (event: FocusEvent) => void
  onKeyDown: (event: KeyboardEvent) => void
} {
  const ref = useRef<HTMLDivElement>(null)
  const current = useRef<HTMLElement>(null)

  const setStop = (stop: HTMLElement | undefined) => {
    const buttons = buttonsOf(ref.current)
    current.current = stop !== undefined && buttons.includes(stop) ? stop : (buttons[0] ?? null)
    for (const button of buttons) button.tabIndex = button === current.current ? 0 : -1
  }
  // After each rendering: buttons come and go.
  useEffect(() => setStop(current.current ?? undefined))

  return {
    ref,
    onFocus({ target }) {
      if (buttonsOf(ref.current).includes(target as HTMLElement)) setStop(target as HTMLElement)
    },
    onKeyDown(event) {
      const buttons = buttonsOf(ref.current)
      const index = buttons.indexOf(event.target as HTMLElement)
      const step = STEPS[event.key]
      if (step === undefined || index === -1) return
      event.preventDefault()
      buttons[step(index, buttons.length)]?.focus()
    },
  }
}

function buttonsOf(bar: HTMLElement | null): HTMLElement[] {
  const buttons = [...(bar?.querySelectorAll<HTMLButtonElement>('button:not(:disabled)') ?? [])]
  return buttons.filter((button) => button.closest('[popover]') === null)
}
