import type { RoomkeyClient } from '@roomkey/client'
import { RoomkeyProvider } from '@roomkey/client/react'
import { onlineManager, QueryClientProvider } from '@tanstack/react-query'
import { act, StrictMode, type ReactNode } from 'react'
import { createRoot } from 'react-dom/client'
import { vi } from 'vitest'
import { installFakeDevices, type FakeDevices } from '../../client/test/fake-devices.ts'
import { queryClient, roomkey } from '../src/api.ts'
import { MediaProvider } from '../src/media/media-provider.tsx'
import { ToastProvider } from '../src/ui/toast.tsx'
import { installFakeServer, type FakeServer, type Handlers } from './fake-server.ts'

declare global {
  var IS_REACT_ACT_ENVIRONMENT: boolean
}

/** A part of the page on happy-dom, found and used as a person would. */
export type View = AsyncDisposable & {
  server: FakeServer
  devices: FakeDevices
  root: HTMLElement
  /** All text, runs of white space as one space. */
  text(): string
  /** The one element of a role (`button`, `heading`, `dialog` …) with that accessible name, `within` what a selector finds. @throws unless there is one */
  get(role: Role, name: string | RegExp, within?: string): HTMLElement
  has(role: Role, name: string | RegExp): boolean
  /** The one control with that label. @throws unless there is one */
  field(label: string): HTMLInputElement
  click(role: Role, name: string | RegExp, within?: string): Promise<void>
  type(label: string, text: string): Promise<void>
  press(key: string, target?: EventTarget): Promise<void>
  /** Waits until nothing is being fetched or sent, and its results are shown. */
  settle(): Promise<void>
  show(node: ReactNode): Promise<void>
}

const ROLES = {
  alert: '[role=alert]',
  button: 'button',
  dialog: 'dialog',
  figure: 'figure',
  heading: 'h1, h2, h3',
  image: '[role=img]',
  link: 'a',
  listitem: 'li',
  status: '[role=status]',
  toolbar: '[role=toolbar]',
}
export type Role = keyof typeof ROLES

export type RenderOptions = {
  /** What the server does, where it is not an open one without rooms. */
  handlers?: Handlers
  /** What joining a room does, where it is not the SDK's part. */
  join?: RoomkeyClient['join']
  /** Handed the server before anything is rendered. */
  onServer?: (server: FakeServer) => void
  /** The address, behind the origin. */
  path?: string
  /** What the browser kept from earlier visits. */
  kept?: Record<string, string>
}

/**
 * Renders a part of the page under StrictMode with everything that `main.tsx` gives it, in a browser of its own:
 * devices, storage, address and server are this view's alone.
 */
export async function render(node: ReactNode, options: RenderOptions = {}): Promise<View> {
  globalThis.IS_REACT_ACT_ENVIRONMENT = true
  // Popovers are all that the page needs and happy-dom lacks.
  if (!('hidePopover' in HTMLElement.prototype)) Object.assign(HTMLElement.prototype, { hidePopover: () => undefined })
  const client = { ...roomkey, ...(options.join && { join: options.join }) }
  const server = installFakeServer(options.handlers)
  options.onServer?.(server)
  const devices = installFakeDevices()
  for (const [key, text] of Object.entries(options.kept ?? {})) localStorage.setItem(key, text)
  history.replaceState(null, '', options.path ?? '/')
  const container = document.body.appendChild(document.createElement('div'))
  const root = createRoot(container)

  const view: View = {
    server,
    devices,
    root: container,
    text: () => normalize(container.textContent),
    get(role, name, within = '*') {
      const found = find(role, name).filter((element) => element.closest(within) !== null)
      const [element] = found
      if (element === undefined || found.length > 1) {
        const names = [...container.querySelectorAll(ROLES[role])].map(nameOf)
        throw new Error(`${found.length} × ${role} "${name}" among ${JSON.stringify(names)} in: ${view.text()}`)
      }
      return element
    },
    has: (role, name) => find(role, name).length > 0,
    field(label) {
      const controls = [...container.querySelectorAll<HTMLInputElement>('input, select, textarea')]
      const found = controls.filter((control) => labelOf(control) === label)
      const [control] = found
      if (control === undefined || found.length > 1) {
        throw new Error(`${found.length} × "${label}" among ${JSON.stringify(controls.map(labelOf))}`)
      }
      return control
    },
    async click(role, name, within) {
      await act(async () => view.get(role, name, within).click())
      await view.settle()
    },
    async type(label, text) {
      await act(async () => {
        const control = view.field(label)
        // Past React's own setter, which would take the value for one it knows.
        Reflect.set(Object.getPrototypeOf(control) as object, 'value', text, control)
        control.dispatchEvent(new Event(control.tagName === 'SELECT' ? 'change' : 'input', { bubbles: true }))
      })
    },
    async press(key, target = document.body) {
      await act(async () => {
        const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true })
        const isLeft = target.dispatchEvent(event)
        const form = target instanceof HTMLInputElement ? target.form : null
        if (key === 'Enter' && isLeft) form?.requestSubmit()
      })
      await view.settle()
    },
    async settle() {
      // A result is rendered a task after it came, and what it makes the page ask for goes out a task later.
      for (let idle = 0; idle < 3; idle = isBusy() ? 0 : idle + 1) {
        await act(async () => void (await new Promise((resolve) => setTimeout(resolve))))
      }
    },
    async show(next) {
      await act(async () => {
        root.render(
          <StrictMode>
            <QueryClientProvider client={queryClient}>
              <RoomkeyProvider client={client}>
                <MediaProvider>
                  <ToastProvider>{next}</ToastProvider>
                </MediaProvider>
              </RoomkeyProvider>
            </QueryClientProvider>
          </StrictMode>,
        )
      })
      await view.settle()
    },
    async [Symbol.asyncDispose]() {
      await act(async () => root.unmount())
      container.remove()
      // Views share the page's clients: what this one still asks for, or would ask for again, the next one's server would get.
      server.close()
      await view.settle()
      queryClient.clear()
      // It remembers the last that it heard of the network, and hears of it only while there is a view.
      onlineManager.setOnline(true)
      localStorage.clear()
      sessionStorage.clear()
      vi.unstubAllGlobals()
    },
  }

  function isBusy(): boolean {
    return queryClient.isFetching() + queryClient.isMutating() + server.pending > 0
  }

  function find(role: Role, name: string | RegExp): HTMLElement[] {
    return [...container.querySelectorAll<HTMLElement>(ROLES[role])].filter((element) => {
      const own = nameOf(element)
      return typeof name === 'string' ? own === name : name.test(own)
    })
  }

  await view.show(node)
  return view
}

/** As screen readers do, as far as the page needs it. Source: W3C "Accessible Name and Description Computation". */
function nameOf(element: Element): string {
  const labelledBy = element.getAttribute('aria-labelledby')
  const label = labelledBy === null ? null : document.getElementById(labelledBy)?.textContent
  return normalize(element.getAttribute('aria-label') ?? label ?? element.textContent)
}

function labelOf(control: HTMLInputElement): string {
  const byId = [...document.querySelectorAll('label')].find(
    (label) => label.htmlFor !== '' && label.htmlFor === control.id,
  )
  return normalize(control.getAttribute('aria-label') ?? (byId ?? control.closest('label'))?.textContent ?? '')
}

function normalize(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim()
}
