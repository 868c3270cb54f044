import type { Identity, InviteRole, RoomSid } from '@roomkey/shared'

/** Who calls. */
export type Caller =
  | { kind: 'open' }
  | { kind: 'service'; name: string }
  | { kind: 'user'; identity: Identity; roles: readonly string[]; name?: string }
  | { kind: 'guest'; inviteId: string; roomSid: RoomSid; role: InviteRole }
  | { kind: 'passcode' }
  | { kind: 'anonymous' }
