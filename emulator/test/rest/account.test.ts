import { expect, it } from 'vitest'
import { createWorld, errorOf } from './world.ts'

it('tells who the account is', async () => {
  await using world = await createWorld()
  const { accountSid, authToken } = world.emulator.credentials
  const account = await world.client.api.v2010.accounts(accountSid).fetch()
  expect(account).toMatchObject({ sid: accountSid, status: 'active', authToken })
  expect(account.dateCreated).toEqual(new Date('2026-01-01T00:00:00Z'))
  const other = world.client.api.v2010.accounts(`AC${'0'.repeat(32)}`)
  expect(await errorOf(other.fetch())).toEqual({ status: 404, code: 20404 })
})

it('hands out ICE servers, the built-in TURN server among them', async () => {
  await using world = await createWorld({
    turn: true,
    iceServers: [{ urls: ['stun:a.example', 'stun:b.example'] }],
  })
  const { iceServers, ttl } = await world.client.api.v2010
    .accounts(world.emulator.credentials.accountSid)
    .tokens.create()
  expect(ttl).toBe('86400')
  expect(iceServers).toEqual([
    { url: 'stun:a.example', urls: 'stun:a.example' },
    { url: 'stun:b.example', urls: 'stun:b.example' },
    {
      url: expect.stringMatching(/^turn:127\.0\.0\.1:\d+/),
      urls: expect.stringMatching(/^turn:127\.0\.0\.1:\d+/),
      username: expect.any(String),
      credential: expect.any(String),
    },
  ])
})
