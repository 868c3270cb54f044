import { IdentitySchema, isGuestIdentity } from '@roomkey/shared'
import type { CallSource } from '../core/call-source.ts'
import type { Caller } from '../core/caller.ts'
import { toUserName } from '../core/user-name.ts'
import { VideoError } from '../core/video-error.ts'

/**
 * Says who makes a request, in place of a sign-in by JWT: from a session's cookie, for one. `undefined`: nobody it knows;
 * the request is then anonymous, whatever the server lets in otherwise. API keys and invitations are Roomkey's own matter,
 * and are looked at first. What it throws fails the request.
 */
export type Authenticate = (source: CallSource) => Caller | undefined | Promise<Caller | undefined>

/** Who may call, for an {@link Authenticate} to return. */
export const callers = {
  /**
   * A user of yours.
   * @param identity your own id of them, 1–128 characters; it must never be somebody else's later.
   * @param options `roles` as your sign-in knows them, none by default; `name`, under which others see them.
   * @throws VideoError `UNAUTHENTICATED` for what is no identity, or one of those kept for guests.
   */
  user(
    identity: string,
    { roles = [], name }: { roles?: readonly string[]; name?: string | null | undefined } = {},
  ): Caller {
    const parsed = IdentitySchema.safeParse(identity)
    if (!parsed.success || isGuestIdentity(identity)) {
      throw new VideoError('UNAUTHENTICATED', 'Your sign-in gives you an id that cannot be an identity here')
    }
    const shown = toUserName(name)
    return { kind: 'user', identity: parsed.data, roles: [...roles], ...(shown !== undefined && { name: shown }) }
  },
  /** A backend of yours, which may do everything. `name` stands in the audit log. */
  service: (name: string): Caller => ({ kind: 'service', name }),
  /** A caller without an identity. */
  anonymous: { kind: 'anonymous' } satisfies Caller as Caller,
} as const
