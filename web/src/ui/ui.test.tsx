// @vitest-environment happy-dom
import { act, useState } from 'react'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { render } from '../../test/render.tsx'
import { Button } from './button.tsx'
import { CopyField } from './copy-field.tsx'
import { Dialog } from './dialog.tsx'
import { ErrorBoundary } from './error-boundary.tsx'
import { Field } from './field.tsx'
import { PageTitle } from './page-title.tsx'
import { SiteHeader } from './site-header.tsx'
import { useToast } from './toast.tsx'

afterEach(() => void vi.useRealTimers())

describe('a button', () => {
  test('ignores presses while its work is under way, and says so to screen readers', async () => {
    const onClick = vi.fn()
    await using page = await render(
      <Button busy onClick={onClick}>
        Save
      </Button>,
    )
    await page.click('button', 'Save')
    expect(onClick).not.toHaveBeenCalled()
    expect(page.get('button', 'Save').getAttribute('aria-busy')).toBe('true')
  })

  test('does not submit a form unless it is meant to', async () => {
    await using page = await render(<Button>Save</Button>)
    expect(page.get('button', 'Save').getAttribute('type')).toBe('button')
  })
})

describe('a field', () => {
  test('says what is wrong in place of the hint, and both to screen readers', async () => {
    await using page = await render(<Field label="Name" hint="Any name." />)
    const noteOf = () => document.getElementById(page.field('Name').getAttribute('aria-describedby') ?? '')?.textContent
    expect(noteOf()).toBe('Any name.')
    await page.show(<Field label="Name" hint="Any name." error="Too long." />)
    expect(noteOf()).toBe('Too long.')
    expect(page.field('Name').getAttribute('aria-invalid')).toBe('true')
  })
})

describe('a field to copy from', () => {
  test('copies, and says so', async () => {
    await using page = await render(<CopyField label="Link" value="https://a.test" />)
    await page.click('button', 'Copy')
    expect(page.devices.clipboard.writeText).toHaveBeenCalledExactlyOnceWith('https://a.test')
    expect(page.has('button', 'Copied')).toBe(true)
  })

  test('marks the text for copying by hand where the browser forbids it', async () => {
    await using page = await render(<CopyField label="Link" value="https://a.test" />)
    page.devices.clipboard.writeText.mockRejectedValue(new DOMException('no', 'NotAllowedError'))
    await page.click('button', 'Copy')
    const field = page.field('Link')
    expect([field.selectionStart, field.selectionEnd]).toEqual([0, 'https://a.test'.length])
    expect(page.has('button', 'Copied')).toBe(false)
  })
})

describe('a dialog', () => {
  function Page({ onKey }: { onKey?: () => void }) {
    const [isOpen, setIsOpen] = useState(false)
    return (
      // oxlint-disable-next-line jsx-a11y/no-static-element-interactions
      <div onKeyDown={onKey}>
        <Button onClick={() => setIsOpen(true)}>Open</Button>
        {isOpen && (
          <Dialog title="Sure?" onClose={() => setIsOpen(false)} actions={<Button data-autofocus>Yes</Button>}>
            Text
          </Dialog>
        )}
      </div>
    )
  }

  test('is modal, has a name, and puts the focus where it is told', async () => {
    await using page = await render(<Page />)
    await page.click('button', 'Open')
    expect(page.get('dialog', 'Sure?')).toMatchObject({ open: true })
    expect(document.activeElement).toBe(page.get('button', 'Yes'))
  })

  test('closes by its button, by Escape and by a press outside', async () => {
    await using page = await render(<Page />)
    for (const close of [
      () => page.click('button', 'Close'),
      () => act(async () => void page.get('dialog', 'Sure?').dispatchEvent(new Event('cancel', { cancelable: true }))),
      () =>
        act(async () => void page.get('dialog', 'Sure?').dispatchEvent(new Event('pointerdown', { bubbles: true }))),
    ]) {
      await page.click('button', 'Open')
      await close()
      expect(page.has('dialog', 'Sure?')).toBe(false)
    }
  })

  test('stays open for a press inside, and keeps its keys from the shortcuts of the page', async () => {
    const onKey = vi.fn()
    await using page = await render(<Page onKey={onKey} />)
    await page.click('button', 'Open')
    const yes = page.get('button', 'Yes')
    await act(async () => void yes.dispatchEvent(new Event('pointerdown', { bubbles: true })))
    await page.press('m', yes)
    expect(page.has('dialog', 'Sure?')).toBe(true)
    expect(onKey).not.toHaveBeenCalled()
  })
})

describe('toasts', () => {
  function Page() {
    const toast = useToast()
    return ['one', 'two', 'three', 'four'].map((text) => (
      <Button key={text} onClick={() => toast(text, text === 'two' ? 'problem' : 'info')}>
        {text}
      </Button>
    ))
  }
  const shown = () => [...document.querySelectorAll('.toast')].map(({ textContent }) => textContent)

  test('go by themselves', async () => {
    await using page = await render(<Page />)
    vi.useFakeTimers()
    act(() => page.get('button', 'one').click())
    expect(shown()).toEqual(['one'])
    act(() => void vi.advanceTimersByTime(4_999))
    expect(shown()).toEqual(['one'])
    act(() => void vi.advanceTimersByTime(1))
    expect(shown()).toEqual([])
    vi.useRealTimers()
  })

  test('are three at most, and none twice', async () => {
    await using page = await render(<Page />)
    for (const name of ['one', 'two', 'one', 'three', 'four']) await page.click('button', name)
    expect(shown()).toEqual(['one', 'three', 'four'])
  })

  test('are read out', async () => {
    await using page = await render(<Page />)
    await page.click('button', 'two')
    expect(page.root.querySelector('.toasts')?.getAttribute('aria-live')).toBe('polite')
    expect(page.root.querySelector('.toast')?.className).toContain('toast-problem')
  })
})

test('a page that comes up names the window and takes the focus', async () => {
  await using page = await render(<PageTitle document="One · Roomkey">One</PageTitle>)
  await page.show(
    <PageTitle key="two" document="Two · Roomkey">
      Two
    </PageTitle>,
  )
  expect(document.title).toBe('Two · Roomkey')
  expect(document.activeElement).toBe(page.get('heading', 'Two'))
})

test('the name of the site leads to the lobby without loading it anew, unless in another tab', async () => {
  await using page = await render(<SiteHeader />, { path: '/room/Design' })
  const press = (init: MouseEventInit) => {
    const event = new MouseEvent('click', { bubbles: true, cancelable: true, ...init })
    // Nothing is to be loaded here.
    page.root.addEventListener('click', (click) => click.preventDefault(), { once: true })
    act(() => void page.get('link', 'Roomkey').dispatchEvent(event))
    return location.pathname
  }
  expect(press({ ctrlKey: true })).toBe('/room/Design')
  expect(press({})).toBe('/')
})

test('a part that breaks leaves a message and a way on, not a blank page', async () => {
  const log = vi.spyOn(console, 'error').mockImplementation(() => undefined)
  const Broken = () => {
    throw new Error('a chunk did not load')
  }
  await using page = await render(
    <ErrorBoundary>
      <Broken />
    </ErrorBoundary>,
  )
  expect(page.has('heading', 'This page could not go on')).toBe(true)
  expect(page.has('button', 'Load again')).toBe(true)
  log.mockRestore()
})
