import { normalizeIP } from '@fastify/rate-limit'
import type { Caller } from '../core/caller.ts'

/**
 * By what a caller is counted: who they are, or else the address they call from (an IPv6 caller owns a whole
 * /64). A guest counts by both, since an invitation may be in many hands.
 */
export function toLimitKey(caller: Caller, ip: string): string {
  if (caller.kind === 'user') return `user ${caller.identity}`
  if (caller.kind === 'service') return `service ${caller.name}`
  if (caller.kind === 'guest') return `guest ${caller.inviteId} ${normalizeIP(ip)}`
  return toAddressKey(ip)
}

/** An address as a key, for callers who are not known (yet). */
export function toAddressKey(ip: string): string {
  return `ip ${normalizeIP(ip)}`
}
