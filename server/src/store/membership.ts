import type { InviteRole, RoomAccess } from '@roomkey/shared'

/** Whose a room is, and who may enter it without an invitation. */
export type RoomOwnership = { host: string | null; access: RoomAccess }

/** A room that nobody recorded, as rooms are that were made at Twilio directly. */
export const UNOWNED: RoomOwnership = { host: null, access: 'invited' }

/** What one identity is to one room: whose the room is, as what an invitation brought them in, whether they are banned. */
export type Membership = RoomOwnership & { role: InviteRole | null; banned: boolean }
