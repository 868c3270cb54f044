import { serve } from './serve.ts'
import { CREDENTIALS } from './work.ts'

/** The emulator in a process of its own: Twilio, as far as the servers under load can tell. */
export const emulator = { name: 'emulator', title: 'emulator', url: import.meta.url }

if (import.meta.main) {
  await serve(async (port) => {
    const { createEmulator } = await import('@roomkey/emulator')
    const running = await createEmulator({ port, credentials: CREDENTIALS })
    return {
      port: Number(new URL(running.url).port),
      commands: { reset: () => running.reset() },
    }
  })
}
