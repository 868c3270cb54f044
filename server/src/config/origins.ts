import { z } from 'zod'
import { splitList } from './variable.ts'

/** Where front ends run during development, by both names of this machine. */
const DEFAULT_ORIGINS = [
  'http://localhost:3000',
  'http://localhost:5173',
  'http://127.0.0.1:3000',
  'http://127.0.0.1:5173',
]

/** The origins whose pages may call, exactly as browsers send them in `Origin`. */
export function origins() {
  return z
    .string()
    .default(DEFAULT_ORIGINS.join(','))
    .transform(splitList)
    .pipe(
      z.array(
        z
          .string()
          .refine((text) => !text.includes('*'), {
            error: 'takes no * and no patterns, which no browser sends: list each origin',
            abort: true,
          })
          .refine(isOrigin, 'each must be an origin, like https://app.example.com, with no path'),
      ),
    )
}

// Apps in a shell have schemes of their own (`capacitor://localhost`), for which URL knows no origin.
function isOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, origin } = new URL(text)
  return /^https?:$/.test(protocol) ? origin === text : /^[a-z][a-z0-9+.-]*:\/\/[a-z0-9._-]+(?::\d+)?$/.test(text)
}
