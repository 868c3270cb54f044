import { once } from 'node:events'
import { isIP } from 'node:net'
import { connect } from 'node:tls'
import type { Config } from '../../config/config.ts'
import { codeOf, failed, ok, warning, type Finding } from './finding.ts'

const MIN_DAYS = 14
const DAY_MS = 86_400_000

/** Whether browsers and Twilio trust the certificate of the public address, and for how much longer. */
export async function checkCertificate({ publicUrl }: Config, signal: AbortSignal): Promise<Finding> {
  if (publicUrl === undefined || !publicUrl.startsWith('https:')) return ok('no https address, so no certificate')
  const { hostname, port } = new URL(publicUrl)
  const host = hostname.replace(/^\[(.*)\]$/, '$1')
  const servername = isIP(host) === 0 ? host : ''
  // One that is not trusted is looked at as well.
  const socket = connect({ host, port: Number(port || 443), servername, rejectUnauthorized: false })
  try {
    await once(socket, 'secureConnect', { signal })
    const expires = Date.parse(socket.getPeerCertificate().valid_to)
    return judge(socket.authorized ? undefined : reasonOf(socket.authorizationError), expires)
  } catch (error) {
    if (signal.aborted) return warning('the certificate of PUBLIC_URL could not be looked at (no response)')
    return warning(`the certificate of PUBLIC_URL could not be looked at (${codeOf(error)})`)
  } finally {
    socket.destroy()
  }
}

/** Node's types say an error; it is a code. */
function reasonOf(error: unknown): string {
  return typeof error === 'string' ? error : codeOf(error)
}

function judge(reason: string | undefined, expires: number): Finding {
  if (reason !== undefined) {
    return failed(
      `the certificate of PUBLIC_URL is not trusted (${reason}): ${ADVICE[reason] ?? 'have it issued anew'}`,
    )
  }
  const days = Math.floor((expires - Date.now()) / DAY_MS)
  const date = new Date(expires).toISOString().slice(0, 10)
  if (days < MIN_DAYS) return warning(`the certificate of PUBLIC_URL expires on ${date}: renew it`)
  return ok(`the certificate of PUBLIC_URL is good until ${date}`)
}

const ADVICE: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'renew it',
  CERT_NOT_YET_VALID: 'look at the clock of this machine',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'it is signed by itself; have a public authority issue one',
  SELF_SIGNED_CERT_IN_CHAIN: 'its authority is one of your own, which Twilio does not know',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'serve the intermediate certificates with it',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'serve the intermediate certificates with it',
  ERR_TLS_CERT_ALTNAME_INVALID: 'it is for another name than that in PUBLIC_URL',
}
