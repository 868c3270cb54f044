import { act, StrictMode, type ReactNode } from 'react'
import { createRoot } from 'react-dom/client'
import { RoomkeyProvider } from '../src/react/index.ts'
import type { RoomkeyClient } from '../src/index.ts'

declare global {
  var IS_REACT_ACT_ENVIRONMENT: boolean
}

export type Rendered<TProps, TValue> = AsyncDisposable & {
  /** What the hook gave last. */
  value(): TValue
  /** How often the component was rendered. */
  renders(): number
  update(props: TProps): Promise<void>
  unmount(): Promise<void>
}

/** Runs a hook in a component, under StrictMode, with a client if it needs one. */
export async function renderHook<TProps, TValue>(
  hook: (props: TProps) => TValue,
  props: TProps,
  client: Partial<RoomkeyClient> = {},
): Promise<Rendered<TProps, TValue>> {
  globalThis.IS_REACT_ACT_ENVIRONMENT = true
  const root = createRoot(document.createElement('div'))
  let last: { value: TValue } | undefined
  let count = 0
  function Probe({ given }: { given: TProps }): ReactNode {
    count += 1
    last = { value: hook(given) }
    return null
  }
  const show = (given: TProps) =>
    act(async () => {
      root.render(
        <StrictMode>
          <RoomkeyProvider client={client as RoomkeyClient}>
            <Probe given={given} />
          </RoomkeyProvider>
        </StrictMode>,
      )
    })
  const unmount = () =>
    act(async () => {
      root.unmount()
      // Leaving waits for the next task, in case the component comes back at once.
      await new Promise((resolve) => setTimeout(resolve))
    })
  await show(props)
  return {
    value() {
      if (last === undefined) throw new Error('the hook threw')
      return last.value
    },
    renders: () => count,
    update: show,
    unmount,
    [Symbol.asyncDispose]: unmount,
  }
}
