import { BlockList, isIP, isIPv6 } from 'node:net'
import { z } from 'zod'
import { API_KEY_VARIABLES, findApiKeyProblems, toApiKeys, type ApiKeys } from './api-keys.ts'
import { isLocalDev, type DeploymentContext } from './deployment.ts'
import { LIMIT_VARIABLES, toLimits, type LimitConfig } from './limits.ts'
import { SIGN_IN_VARIABLES, findSignInProblems, namesSignIn, toSignIn, type SignInConfig } from './sign-in.ts'
import { STORE_VARIABLES, toStoreLocation, type StoreLocation } from './store.ts'
import { list, splitList, wholeNumber } from './variable.ts'

/** The ways in which callers can be known. */
export type CallerConfig = {
  apiKeys: ApiKeys
  signIn: SignInConfig | undefined
  /** Whether callers who show nothing may do everything. */
  open: boolean
}

/** Who may enter, where that is remembered, and how much one caller may take. */
export type AccessConfig = CallerConfig &
  LimitConfig & {
    /** The role, in the users' sign-in, that makes an admin. */
    adminRole: string
    /** Whether the team knows its callers by code of its own. */
    hasSignIn: boolean
    /** Open to whoever reaches the server because `OPEN_ACCESS` says so: worth a warning. */
    openAccess: boolean
    store: StoreLocation
    /** Proxies whose `X-Forwarded-…` is believed: addresses or CIDR ranges. */
    trustProxy: string[]
    /** How long the audit log keeps; `null`: there is none, since nobody is asked who they are. */
    auditDays: number | null
  }

/** The environment variables of access, storage and limits. */
export const ACCESS_VARIABLES = {
  ...API_KEY_VARIABLES,
  ...SIGN_IN_VARIABLES,
  ...STORE_VARIABLES,
  ...LIMIT_VARIABLES,
  OPEN_ACCESS: z.enum(['true', 'false'], 'must be true or false').optional(),
  TRUST_PROXY: list().pipe(
    z.array(z.string().refine(isAddressRange, 'each must be an IP address or a range like 10.0.0.0/8')),
  ),
  AUDIT_DAYS: wholeNumber(1, 3650).default(90),
}

type AccessVariables = z.output<z.ZodObject<typeof ACCESS_VARIABLES>>
type RawVariables = Partial<Record<keyof AccessVariables | 'PASSCODE', string>>

/** What is wrong with the variables together, in words a person can act on; each alone is the schema's matter. */
export function findAccessProblems(variables: RawVariables, deployment: DeploymentContext): string[] {
  const problems = findApiKeyProblems(splitList(variables.API_KEYS ?? ''))
  if (!isDecided(variables, deployment)) {
    const reason = deployment.isEmulator
      ? `On ${deployment.host} others reach the server`
      : 'Calls cost money on Twilio'
    problems.push(
      `${reason}, and nothing says who they are: set AUTH_ISSUER or AUTH_JWT_SECRET (your sign-in) or API_KEYS ` +
        '(your backend), or OPEN_ACCESS=true to let in whoever reaches the server. docs/security.md has examples',
    )
  }
  return [...problems, ...findSignInProblems(variables)]
}

/** The configuration that variables without error ask for. @param hasPasscode whether callers can be known by one. */
export function toAccessConfig(
  variables: AccessVariables,
  deployment: DeploymentContext,
  hasPasscode: boolean,
): AccessConfig {
  const signIn = toSignIn(variables)
  const isKnown = signIn !== undefined || variables.API_KEYS.length > 0 || hasPasscode || deployment.hasSignIn === true
  // With a sign-in in code, callers that it does not know are anonymous.
  const openAccess = variables.OPEN_ACCESS === 'true' && deployment.hasSignIn !== true
  const open = openAccess || (!isKnown && isLocalDev(deployment))
  const isOpenLocally = open && isLocalDev(deployment)
  return {
    apiKeys: toApiKeys(variables.API_KEYS),
    signIn,
    open,
    hasSignIn: deployment.hasSignIn === true,
    openAccess,
    adminRole: variables.AUTH_ADMIN_ROLE,
    // The emulator's rooms end with the process: without a sign-in, nothing about them is worth keeping.
    store: toStoreLocation(variables, open && deployment.isEmulator),
    trustProxy: variables.TRUST_PROXY,
    auditDays: isOpenLocally ? null : variables.AUDIT_DAYS,
    ...toLimits(variables, isOpenLocally),
  }
}

function isDecided(variables: RawVariables, deployment: DeploymentContext): boolean {
  const { API_KEYS, OPEN_ACCESS, PASSCODE } = variables
  if (PASSCODE !== undefined) return true
  if (API_KEYS !== undefined || namesSignIn(variables) || deployment.hasSignIn === true) return true
  return OPEN_ACCESS === 'true' || isLocalDev(deployment)
}

function isAddressRange(range: string): boolean {
  const [address = '', bits, ...rest] = range.split('/')
  if (isIP(address) === 0 || rest.length > 0) return false
  if (bits === undefined) return true
  if (!/^\d{1,3}$/.test(bits)) return false
  try {
    new BlockList().addSubnet(address, Number(bits), isIPv6(address) ? 'ipv6' : 'ipv4')
    return true
  } catch {
    return false
  }
}
