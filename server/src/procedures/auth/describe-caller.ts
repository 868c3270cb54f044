import type { Whoami } from '@roomkey/shared'
import type { Authorizer } from '../../access/authorizer.ts'
import { POLICY, RELATIONS, type Action } from '../../access/policy.ts'
import type { Caller } from '../../core/caller.ts'

/** Says who the server thinks the caller is, and what they may do to at least some room. */
export async function describeCaller({
  authorizer,
  caller,
}: {
  authorizer: Authorizer
  caller: Caller
}): Promise<Whoami> {
  const actions = Object.keys(POLICY) as Action[]
  const answers = await Promise.all(actions.map((action) => mayDo(action)))
  return {
    kind: caller.kind,
    identity: caller.kind === 'user' ? caller.identity : caller.kind === 'service' ? caller.name : null,
    ...(caller.kind === 'user' && caller.name !== undefined && { name: caller.name }),
    roles: caller.kind === 'user' ? [...caller.roles] : [],
    isAdmin: authorizer.roleOf(caller) === 'admin',
    may: actions.filter((_, index) => answers[index]),
  }

  async function mayDo(action: Action): Promise<boolean> {
    const allowed = await Promise.all(RELATIONS.map((relation) => authorizer.allows(caller, action, relation, null)))
    return allowed.includes(true)
  }
}
