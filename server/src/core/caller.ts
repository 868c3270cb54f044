import type { Identity, InviteRole, RoomSid } from '@roomkey/shared'

/** Who calls. */
export type Caller =
  | { kind: 'open' }
  | { kind: 'service'; name: string }
  | { kind: 'user'; identity: Identity; roles: readonly string[]; name?: string }
  | { kind: 'guest'; inviteId: string; roomSid: RoomSid; role: InviteRole }
  | { kind: 'passcode' }
  | { kind: 'anonymous' }

/** How a caller is named in the log and as a key: an identity, an API key's name, an invitation's id. */
export function nameOfCaller(caller: Caller): string | null {
  if (caller.kind === 'user') return caller.identity
  if (caller.kind === 'service') return caller.name
  return caller.kind === 'guest' ? caller.inviteId : null
}
