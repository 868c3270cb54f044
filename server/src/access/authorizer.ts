import type { Caller } from '../core/caller.ts'
import type { Log } from '../core/log.ts'
import {
  isAllowed,
  toRole,
  type AccessQuestion,
  type Action,
  type Authorize,
  type Relation,
  type Role,
} from './policy.ts'

/** Answers what a caller may do. */
export type Authorizer = {
  roleOf(caller: Caller): Role
  /** Asks the policy. `room` is a SID, or `null` for an action that concerns no room. */
  allows(caller: Caller, action: Action, relation: Relation, room: string | null): Promise<boolean>
  /** Whether the policy is the table in policy.ts, which can be read ahead. */
  isDefaultPolicy: boolean
}

/** @param authorize replaces the table in policy.ts. */
export function createAuthorizer({
  adminRole,
  authorize,
  log,
}: {
  adminRole: string
  authorize: Authorize | undefined
  log: Log
}): Authorizer {
  const roleOf = (caller: Caller) => toRole(caller, adminRole)
  return {
    roleOf,
    async allows(caller, action, relation, room) {
      const question = { caller, role: roleOf(caller), action, relation, room }
      return authorize === undefined ? isAllowed(question) : refuseOnError(authorize, question, log)
    },
    isDefaultPolicy: authorize === undefined,
  }
}

async function refuseOnError(authorize: Authorize, question: AccessQuestion, log: Log): Promise<boolean> {
  try {
    // Anything but a plain yes is a no.
    const answer: unknown = await authorize(question)
    return answer === true
  } catch (error) {
    log.error({ err: error, action: question.action }, 'the authorize function failed; the request is refused')
    return false
  }
}
