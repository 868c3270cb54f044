import { z } from 'zod'
import { list } from './variable.ts'

/** Names, besides this machine's own, by which a local server may be called: `roomkey.test,dev.example.com`. */
export function hostNames() {
  return list().pipe(
    z.array(
      z.string().regex(/^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/, 'each must be a host name in lower case, without a port'),
    ),
  )
}
