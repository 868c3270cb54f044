import { expect, test, vi } from 'vitest'
import type { Calls } from './calls.ts'
import { RoomkeyError } from './errors.ts'
import { createGuestTokens } from './guest-tokens.ts'
import type { TextStorage } from './safe-storage.ts'

type GetToken = Calls['auth']['getToken']

const token = (minutes: number, userId: string) => ({
  roomSid: 'room',
  userId: userId as never,
  token: 'a.b.c',
  expiresAt: new Date(Date.now() + minutes * 60_000).toISOString(),
  connectOptions: {},
})
const redeem = () => vi.fn<GetToken>(async ({ userId }) => token(60, `guest:${userId}:x`))
const bob = { invite: 'inv_1', userId: 'Bob' }

function createStorage(): TextStorage & { texts: Map<string, string> } {
  const texts = new Map<string, string>()
  return {
    texts,
    getItem: (key) => texts.get(key) ?? null,
    setItem: (key, text) => void texts.set(key, text),
    removeItem: (key) => void texts.delete(key),
  }
}

test('an invitation is redeemed once, so that its guest can join again', async () => {
  const getToken = redeem()
  const tokens = createGuestTokens(getToken)
  expect(await tokens.getToken(bob)).toEqual(await tokens.getToken({ ...bob }))
  expect(getToken).toHaveBeenCalledTimes(1)
  await tokens.getToken({ ...bob, userId: 'Carol' })
  await tokens.getToken({ ...bob, invite: 'inv_2' })
  expect(getToken).toHaveBeenCalledTimes(3)
})

test('with a storage it is redeemed once even if the page is loaded again', async () => {
  const guestStorage = createStorage()
  const [before, after] = [redeem(), redeem()]
  const kept = await createGuestTokens(before, guestStorage).getToken(bob)
  expect(await createGuestTokens(after, guestStorage).getToken(bob)).toEqual(kept)
  expect(after).not.toHaveBeenCalled()
})

test('an invitation is redeemed again when its token was refused or never given', async () => {
  const getToken = vi
    .fn<GetToken>()
    .mockRejectedValueOnce(new RoomkeyError('NETWORK_ERROR', 'no'))
    .mockResolvedValue(token(60, 'guest:Bob:y'))
  const tokens = createGuestTokens(getToken)
  await expect(tokens.getToken(bob)).rejects.toThrow(RoomkeyError)
  await tokens.getToken(bob)
  await tokens.getToken(bob)
  expect(getToken).toHaveBeenCalledTimes(2)
  tokens.forget(bob)
  await tokens.getToken(bob)
  expect(getToken).toHaveBeenCalledTimes(3)
})

test('no clock of the browser has a say in how long a token is good: it may be hours off', async () => {
  for (const hours of [-5, 5]) {
    const getToken = redeem()
    const tokens = createGuestTokens(getToken)
    await tokens.getToken(bob)
    vi.spyOn(Date, 'now').mockReturnValue(Date.now() + hours * 3_600_000)
    await tokens.getToken(bob)
    vi.restoreAllMocks()
    expect(getToken, `${hours} h`).toHaveBeenCalledTimes(1)
  }
})

test('it is known whether a token was kept', async () => {
  const tokens = createGuestTokens(redeem())
  expect(tokens.has(bob)).toBe(false)
  await tokens.getToken(bob)
  expect(tokens.has(bob)).toBe(true)
  expect(tokens.has({ roomSid: 'room', userId: 'alice' })).toBe(false)
  tokens.forget(bob)
  expect(tokens.has(bob)).toBe(false)
})

test.each([
  ['without an invitation', { roomSid: 'room', userId: 'alice' }, 'alice'],
  ['who is signed in, and so may be somebody else the next time', { invite: 'inv_1' }, 'alice'],
])('callers %s get a new token each time', async (_who, input, identity) => {
  const getToken = vi.fn<GetToken>(async () => token(60, identity))
  const tokens = createGuestTokens(getToken)
  await tokens.getToken(input)
  await tokens.getToken(input)
  expect(getToken).toHaveBeenCalledTimes(2)
})

test.each(['', 'null', '[]', '{"token":1}', '{"token":"a.b.c","connectOptions":{}}', 'not JSON'])(
  'a storage that holds %j keeps nobody out',
  async (text) => {
    const getToken = redeem()
    const storage = { ...createStorage(), getItem: () => text }
    expect(await createGuestTokens(getToken, storage).getToken(bob)).toMatchObject({ userId: 'guest:Bob:x' })
  },
)

test('a storage that is full or forbidden costs no invitation while the client lives', async () => {
  const refuse = () => {
    throw new DOMException('full', 'QuotaExceededError')
  }
  const getToken = redeem()
  const tokens = createGuestTokens(getToken, { getItem: refuse, setItem: refuse, removeItem: refuse })
  await tokens.getToken(bob)
  await tokens.getToken(bob)
  expect(getToken).toHaveBeenCalledTimes(1)
  tokens.forget(bob)
  await tokens.getToken(bob)
  expect(getToken).toHaveBeenCalledTimes(2)
})
