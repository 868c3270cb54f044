import type { ProcedureName } from '@roomkey/shared'
import type { Caller } from '../core/caller.ts'

/** What a caller is, as far as the rules care. An `admin` is a user whose sign-in says so. */
export const ROLES = ['service', 'admin', 'open', 'user', 'guest', 'passcode', 'anonymous'] as const
/** One of {@link ROLES}. */
export type Role = (typeof ROLES)[number]

/**
 * What a caller is to a room: its `host`; `invited` to it; `signed-in`, the room being open to all who are;
 * or `none`, which is also what a missing room gives, and an action that concerns no room.
 */
export const RELATIONS = ['host', 'invited', 'signed-in', 'none'] as const
/** One of {@link RELATIONS}. */
export type Relation = (typeof RELATIONS)[number]

/** Everything a caller can ask for: one name a procedure. */
export type Action = ProcedureName

/** Who may do one thing, being what to the room; `room: false` for what concerns no room, decided before the call begins. */
export type Rule = Readonly<Record<Role, readonly Relation[]>> & { readonly room: boolean }

const any = RELATIONS
const visible: readonly Relation[] = ['host', 'invited', 'signed-in']
const inside: readonly Relation[] = ['host', 'invited']
const host: readonly Relation[] = ['host']
const never: readonly Relation[] = []

// Services, admins, and whoever calls an open server.
const trusted = { service: any, admin: any, open: any, passcode: never } as const

// Whoever has the passcode is who they say, in any room they name: what Twilio's reference apps need, and no more.
const reference = { ...trusted, passcode: any } as const

/**
 * The rules: who may do what, being what to the room. What is not here is not allowed.
 * `rooms.get` also decides what a caller can see at all: to those it is closed to, the room does not exist.
 */
export const POLICY: Readonly<Record<Action, Rule>> = {
  'auth.whoami': { ...reference, room: false, user: any, guest: any, anonymous: any },
  // As whom is decided by auth.getToken itself: users as themselves, guests under a marked name.
  'auth.getToken': { ...reference, room: true, user: visible, guest: inside, anonymous: inside },
  'rooms.create': { ...reference, room: false, user: any, guest: never, anonymous: never },
  // Shows each caller only the rooms that rooms.get would.
  'rooms.list': { ...trusted, room: false, user: any, guest: any, anonymous: never },
  'rooms.get': { ...reference, room: true, user: visible, guest: inside, anonymous: never },
  'rooms.complete': { ...trusted, room: true, user: host, guest: host, anonymous: never },
  // What is in the log of a room, live or later, for those who see the room; who was there for how long is for its hosts.
  'rooms.events': { ...trusted, room: true, user: visible, guest: inside, anonymous: never },
  'rooms.history': { ...trusted, room: true, user: visible, guest: inside, anonymous: never },
  'rooms.attendance': { ...trusted, room: true, user: host, guest: host, anonymous: never },
  'rooms.presence': { ...trusted, room: true, user: visible, guest: inside, anonymous: never },
  'events.subscribe': { ...trusted, room: false, user: never, guest: never, anonymous: never },
  'events.deadLetters': { ...trusted, room: false, user: never, guest: never, anonymous: never },
  'events.redeliver': { ...trusted, room: false, user: never, guest: never, anonymous: never },
  'events.follow': { ...trusted, room: true, user: visible, guest: inside, anonymous: never },
  'participants.list': { ...trusted, room: true, user: visible, guest: inside, anonymous: never },
  'participants.get': { ...trusted, room: true, user: visible, guest: inside, anonymous: never },
  'participants.remove': { ...trusted, room: true, user: host, guest: host, anonymous: never },
  // Without a room: in all of them.
  'participants.anonymize': { ...trusted, room: true, user: host, guest: never, anonymous: never },
  'invites.create': { ...trusted, room: true, user: host, guest: host, anonymous: never },
  'invites.list': { ...trusted, room: true, user: host, guest: host, anonymous: never },
  'invites.revoke': { ...trusted, room: true, user: host, guest: host, anonymous: never },
  'bans.create': { ...trusted, room: true, user: host, guest: host, anonymous: never },
  'bans.list': { ...trusted, room: true, user: host, guest: host, anonymous: never },
  'bans.lift': { ...trusted, room: true, user: host, guest: host, anonymous: never },
  'recordingRules.get': { ...trusted, room: true, user: host, guest: host, anonymous: never },
  'recordingRules.update': { ...reference, room: true, user: host, guest: host, anonymous: never },
  // Without a room: the whole log.
  'audit.list': { ...trusted, room: true, user: host, guest: never, anonymous: never },
}

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
  const rule = Object.hasOwn(POLICY, action) ? POLICY[action] : undefined
  return rule?.[role].includes(relation) ?? false
}

/** The role of a caller. */
export function toRole(caller: Caller, adminRole: string): Role {
  if (caller.kind === 'user') return caller.roles.includes(adminRole) ? 'admin' : 'user'
  return caller.kind
}
