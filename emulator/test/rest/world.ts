import twilio from 'twilio'
import { createEmulator, createManualClock, type Clock, type Emulator, type EmulatorOptions } from '../../src/index.ts'

/** An emulator on a clock that stands still, and the official SDK pointed at it. */
export type World = AsyncDisposable & {
  emulator: Emulator
  clock: Clock
  client: twilio.Twilio
  /** A request that the SDK would not make; authenticated unless headers say otherwise. Paths begin after `/v1`. */
  request(path: string, init?: RequestInit): Promise<Response>
}

export async function createWorld(options: EmulatorOptions = {}): Promise<World> {
  const clock = options.clock ?? createManualClock()
  const emulator = await createEmulator({ ...options, clock })
  const { accountSid, authToken } = emulator.credentials
  const client = twilio(accountSid, authToken)
  client.video.baseUrl = emulator.url
  client.api.baseUrl = emulator.url
  const authorization = `Basic ${btoa(`${accountSid}:${authToken}`)}`
  return {
    emulator,
    clock,
    client,
    request: (path, init) =>
      fetch(`${emulator.url}/v1${path}`, {
        ...init,
        headers: new Headers([['authorization', authorization], ...new Headers(init?.headers)]),
      }),
    [Symbol.asyncDispose]: () => emulator.close(),
  }
}

/** Status and code of the error that a request is refused with. */
export async function errorOf(request: Promise<unknown>): Promise<{ status?: number; code?: number } | 'no error'> {
  try {
    await request
    return 'no error'
  } catch (error) {
    const { status, code } = error as { status?: number; code?: number }
    return { status, code }
  }
}

export function form(fields: Record<string, string> | [string, string][]): RequestInit {
  return { method: 'POST', body: new URLSearchParams(fields) }
}
