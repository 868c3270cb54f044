import { describe, expect, it } from 'vitest'
import { KINDS, startServer } from './setup.ts'

describe.each(KINDS)('info of the %s plugin', (kind) => {
  it('has all its fields when it is spread', async () => {
    const infos: Record<string, unknown>[] = []
    await using server = await startServer(kind, {
      trpc: {
        createContext: ({ info }) => {
          infos.push({ ...info })
          return { probe: undefined as never, user: null }
        },
      },
    })
    await fetch(`${server.url}/greet?input=${encodeURIComponent('{"name":"Ada"}')}`)
    const [{ url, signal, calls, ...rest }] = infos as [Record<string, unknown>]
    expect(rest).toEqual({ isBatchCall: false, accept: null, type: 'query', connectionParams: null })
    expect(url).toEqual(new URL(`${server.url}/greet?input=%7B%22name%22%3A%22Ada%22%7D`))
    expect(signal).toBeInstanceOf(AbortSignal)
    const [call] = calls as { path: string; batchIndex: number; getRawInput(): Promise<unknown>; result(): unknown }[]
    expect(call).toMatchObject({ path: 'greet', batchIndex: 0 })
    await expect(call?.getRawInput()).resolves.toEqual({ name: 'Ada' })
    expect(call?.result()).toEqual({ name: 'Ada' })
  })
})
