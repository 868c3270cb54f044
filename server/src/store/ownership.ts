import type { RoomAccess } from '@roomkey/shared'

/** What a room is to callers: who made it, and who may enter besides hosts. */
export type Ownership = { host: string | null; access: RoomAccess }

/** What a room is that has no record: nobody's, and for the invited. */
export const UNOWNED: Ownership = { host: null, access: 'invited' }
