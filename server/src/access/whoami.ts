import type { Whoami } from '@roomkey/shared'
import type { Context } from '../rpc/context.ts'
import { POLICY, RELATIONS, type Action } from './policy.ts'

/** Says who the server thinks the caller is, and what they may do to at least some room. */
export async function describeCaller({ access, caller }: Pick<Context, 'access' | 'caller'>): Promise<Whoami> {
  const actions = Object.keys(POLICY) as Action[]
  const answers = await Promise.all(actions.map((action) => mayDo(action)))
  return {
    kind: caller.kind,
    identity: caller.kind === 'user' ? caller.identity : caller.kind === 'service' ? caller.name : null,
    roles: caller.kind === 'user' ? [...caller.roles] : [],
    may: actions.filter((_, index) => answers[index]),
  }

  async function mayDo(action: Action): Promise<boolean> {
    const allowed = await Promise.all(RELATIONS.map(async (relation) => access.allows(caller, action, relation, null)))
    return allowed.includes(true)
  }
}
