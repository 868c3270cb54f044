// @vitest-environment happy-dom
import { describe, expect, test } from 'vitest'
import { ADA, ANONYMOUS, failWith } from '../../test/fake-server.ts'
import { render } from '../../test/render.tsx'
import { readSignIn, writeSignIn } from '../sign-in.ts'
import { Account } from './account.tsx'
import { EnterAs } from './name-field.tsx'

const LABEL = 'Token or invitation link'

/** A server that knows Ada by her token, and nobody else. */
function renderAccount() {
  return render(<Account />, {
    handlers: { 'auth.whoami': () => (readSignIn() === 'ada.s.token' ? ADA : ANONYMOUS) },
  })
}

describe('signing in', () => {
  test('takes a token, sends it with every request from then on, and forgets it when asked', async () => {
    await using page = await renderAccount()
    await page.click('button', 'Sign in')
    await page.type(LABEL, ' ada.s.token ')
    await page.click('button', 'Go on')
    expect(page.has('dialog', 'Sign in')).toBe(false)
    expect(page.text()).toContain('Signed in as ada@example.com')
    expect(page.server.requests.at(-1)?.authorization).toBe('Bearer ada.s.token')
    expect([sessionStorage.length, localStorage.length], 'it does not outlive the tab').toEqual([1, 0])
    await page.click('button', 'Sign out')
    expect(page.has('button', 'Sign in')).toBe(true)
    expect(page.server.requests.at(-1)?.authorization).toBeNull()
  })

  test.each([
    ['one that nobody knows', () => ANONYMOUS],
    ['one that is refused', failWith('UNAUTHENTICATED', { status: 401 })],
  ])('does not keep a token that is not good: %s', async (_which, whoami) => {
    await using page = await renderAccount()
    await page.click('button', 'Sign in')
    page.server.handlers['auth.whoami'] = whoami
    await page.type(LABEL, 'cut-off')
    await page.press('Enter', page.field(LABEL))
    expect(page.text()).toContain('The server does not accept this.')
    expect(readSignIn()).toBe('')
    await page.type(LABEL, 'cut-off-no-more')
    expect(page.text()).not.toContain('The server does not accept this.')
  })

  test('shows what else went wrong', async () => {
    await using page = await renderAccount()
    await page.click('button', 'Sign in')
    page.server.handlers['auth.whoami'] = failWith('OVERLOADED')
    await page.type(LABEL, 'ada.s.token')
    await page.press('Enter', page.field(LABEL))
    expect(page.text()).toContain('The server is very busy. Try again in a moment.')
  })

  test('takes an invitation link instead', async () => {
    await using page = await renderAccount()
    await page.click('button', 'Sign in')
    await page.type(LABEL, `${location.origin}/room/Salon#invite=inv_1`)
    await page.press('Enter', page.field(LABEL))
    expect(location.pathname + location.hash).toBe('/room/Salon#invite=inv_1')
    expect(page.has('dialog', 'Sign in')).toBe(false)
    expect(readSignIn()).toBe('')
  })

  test('sends nothing while nothing is typed', async () => {
    await using page = await renderAccount()
    await page.click('button', 'Sign in')
    const before = page.server.requests.length
    await page.press('Enter', page.field(LABEL))
    expect(page.server.requests.slice(before)).toEqual([])
  })
})

test('on an open server there is nothing to sign in to', async () => {
  await using page = await render(<Account />)
  expect(page.text()).toBe('')
})

test('a person is called what the sign-in calls them', async () => {
  const named = { ...ADA, identity: 'auth0|65f2', name: 'Ada Lovelace' }
  await using page = await render(
    <>
      <Account />
      <EnterAs identity="auth0|65f2" />
    </>,
    { handlers: { 'auth.whoami': () => named } },
  )
  expect(page.text()).toContain('Signed in as Ada Lovelace')
  expect(page.text()).toContain('You enter as Ada Lovelace.')
})

test('a token that is out of date can be replaced', async () => {
  writeSignIn('old')
  await using page = await render(<Account />, {
    handlers: { 'auth.whoami': failWith('UNAUTHENTICATED', { status: 401 }) },
  })
  expect(page.has('button', 'Sign in')).toBe(true)
})
