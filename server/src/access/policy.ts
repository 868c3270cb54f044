import type { Caller } from './caller.ts'

/** What a caller is, as far as the rules care. An `admin` is a user whose sign-in says so. */
export const ROLES = ['service', 'admin', 'open', 'user', 'guest', 'anonymous'] as const
export type Role = (typeof ROLES)[number]

/**
 * How a caller stands to a room: its `host`; `invited` to it; `signed-in`, the room being open to all who are;
 * or `none`, which is also what a missing room gives, and an action that concerns no room.
 */
export const RELATIONS = ['host', 'invited', 'signed-in', 'none'] as const
export type Relation = (typeof RELATIONS)[number]

const any = RELATIONS
const visible: readonly Relation[] = ['host', 'invited', 'signed-in']
const inside: readonly Relation[] = ['host', 'invited']
const host: readonly Relation[] = ['host']
const never: readonly Relation[] = []

/**
 * The rules: who may do what, standing how to the room. What is not here is not allowed.
 * `rooms.get` also decides what a caller can see at all: to those it is closed to, the room does not exist.
 */
export const POLICY = {
  'auth.whoami': { service: any, admin: any, open: any, user: any, guest: any, anonymous: any },
  // As whom is decided by auth.getToken itself: users as themselves, guests under a marked name.
  'auth.getToken': { service: any, admin: any, open: any, user: visible, guest: inside, anonymous: inside },
  'rooms.create': { service: any, admin: any, open: any, user: any, guest: never, anonymous: never },
  // Shows each caller only the rooms that rooms.get would.
  'rooms.list': { service: any, admin: any, open: any, user: any, guest: any, anonymous: never },
  'rooms.get': { service: any, admin: any, open: any, user: visible, guest: inside, anonymous: never },
  'rooms.complete': { service: any, admin: any, open: any, user: host, guest: host, anonymous: never },
  'participants.list': { service: any, admin: any, open: any, user: visible, guest: inside, anonymous: never },
  'participants.get': { service: any, admin: any, open: any, user: visible, guest: inside, anonymous: never },
  'participants.remove': { service: any, admin: any, open: any, user: host, guest: host, anonymous: never },
  'invites.create': { service: any, admin: any, open: any, user: host, guest: host, anonymous: never },
  'invites.list': { service: any, admin: any, open: any, user: host, guest: host, anonymous: never },
  'invites.revoke': { service: any, admin: any, open: any, user: host, guest: host, anonymous: never },
  // Without a room: the whole log.
  'audit.list': { service: any, admin: any, open: any, user: host, guest: never, anonymous: never },
} as const satisfies Record<string, Record<Role, readonly Relation[]>>

/** Everything a caller can ask for: one name a procedure. */
export type Action = keyof typeof POLICY

/** One question to the policy. `room` is the room's SID, or `null` for an action that concerns no room. */
export type AccessQuestion = {
  caller: Caller
  role: Role
  action: Action
  relation: Relation
  room: string | null
}

/**
 * Answers whether it may be done. Replace it by `buildApp(config, { authorize })`; {@link isAllowed} is the
 * default, and a replacement may ask it first. A rule that throws refuses.
 */
export type Authorize = (question: AccessQuestion) => boolean | Promise<boolean>

/** The default policy: the table. */
export function isAllowed({ role, action, relation }: Pick<AccessQuestion, 'role' | 'action' | 'relation'>): boolean {
  const rule: Record<Role, readonly Relation[]> | undefined = Object.hasOwn(POLICY, action) ? POLICY[action] : undefined
  return rule?.[role].includes(relation) ?? false
}

/** The role of a caller. */
export function toRole(caller: Caller, adminRole: string): Role {
  if (caller.kind === 'user') return caller.roles.includes(adminRole) ? 'admin' : 'user'
  return caller.kind
}
