import type * as Video from 'twilio-video'
import { RoomkeyError } from './errors.ts'

/** What is used of `twilio-video`. */
export type Sdk = Pick<typeof Video, 'connect' | 'LocalDataTrack'>

/**
 * `twilio-video`, loaded when it is first needed: it is large, and an optional peer.
 * @throws RoomkeyError `SDK_MISSING`
 */
export async function loadSdk(): Promise<Sdk> {
  try {
    const module: Sdk | { default: Sdk } = await import('twilio-video')
    // It is CommonJS: some bundlers put its exports on `default` alone.
    return 'connect' in module ? module : module.default
  } catch (cause) {
    throw new RoomkeyError('SDK_MISSING', 'the package "twilio-video" could not be loaded: npm install twilio-video', {
      cause,
    })
  }
}
