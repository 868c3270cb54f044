import { serve } from './serve.ts'
import { CREDENTIALS } from './work.ts'

/** The emulator in a process of its own, with media the one way or the other. */
export const mediaWays = (['mesh', 'forwarding'] as const).map((media) => ({
  name: `media-${media}`,
  title: media,
  url: import.meta.url,
  env: { BENCH_MEDIA: media },
}))

if (import.meta.main) {
  const media = process.env.BENCH_MEDIA === 'mesh' ? 'mesh' : 'forwarding'
  await serve(async (port) => {
    const { createEmulator } = await import('@roomkey/emulator')
    const running = await createEmulator({ port, credentials: CREDENTIALS, media })
    return {
      port: Number(new URL(running.url).port),
      commands: { reset: () => running.reset() },
    }
  })
}
