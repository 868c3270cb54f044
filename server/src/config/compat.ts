import { hash } from 'node:crypto'
import { z } from 'zod'
import { list } from './variable.ts'

/** The foreign wires that the server can speak besides its own, each by name. */
const COMPAT_WIRES = ['tutorial', 'plugin-rtc'] as const

/** One of {@link COMPAT_WIRES}. */
export type CompatWire = (typeof COMPAT_WIRES)[number]

/** Which foreign wires the server speaks. */
export type CompatConfig = { wires: ReadonlySet<CompatWire>; passcode: PasscodeConfig | undefined }

/** The SHA-256 of the passcode, and until when it is good: an instant, or so long after the start (ms). */
export type PasscodeConfig = { hash: string; expiresAt: number | undefined }

export const COMPAT_VARIABLES = {
  COMPAT: list().pipe(z.array(z.enum(COMPAT_WIRES, `must be of ${COMPAT_WIRES.join(', ')}`))),
  // The iOS app takes no shorter one, and the Android app 10 or 14.
  PASSCODE: z
    .string()
    .regex(/^[!-~]{10,64}$/, 'must be 10 to 64 visible ASCII characters; the Android app takes 10 or 14')
    .optional(),
  PASSCODE_EXPIRES_AT: z.iso.datetime({ offset: true, error: 'must be like 2026-12-31T12:00:00Z' }).optional(),
}

type CompatVariables = z.output<z.ZodObject<typeof COMPAT_VARIABLES>>
type RawVariables = Partial<Record<keyof CompatVariables, string>>

/** What is set and could not mean anything. */
export function findCompatProblems({ COMPAT = '', PASSCODE, PASSCODE_EXPIRES_AT }: RawVariables): string[] {
  if (PASSCODE !== undefined && !COMPAT.includes('plugin-rtc')) {
    return ['PASSCODE opens nothing without COMPAT=plugin-rtc: set both, or neither']
  }
  if (PASSCODE_EXPIRES_AT !== undefined && PASSCODE === undefined) {
    return ['PASSCODE_EXPIRES_AT is set, but PASSCODE is not']
  }
  return []
}

export function toCompatConfig({ COMPAT, PASSCODE, PASSCODE_EXPIRES_AT }: CompatVariables): CompatConfig {
  const expiresAt = PASSCODE_EXPIRES_AT === undefined ? undefined : Date.parse(PASSCODE_EXPIRES_AT)
  return {
    wires: new Set(COMPAT),
    passcode: PASSCODE === undefined ? undefined : { hash: hash('sha256', PASSCODE), expiresAt },
  }
}
