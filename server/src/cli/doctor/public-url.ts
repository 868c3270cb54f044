import type { Config } from '../../config/config.ts'
import { isLoopback } from '../../config/deployment.ts'
import { codeOf, failed, ok, warning, type Finding } from './finding.ts'

const NO_SERVER = 'no server answers at PUBLIC_URL: start it, and run this again'

/** Codes of errors with which a connection was refused, though the way there is good. */
const REFUSED: readonly string[] = ['ECONNREFUSED', 'ECONNRESET', 'UND_ERR_SOCKET']
const UNKNOWN_NAME: readonly string[] = ['ENOTFOUND', 'EAI_AGAIN', 'EAI_NODATA']
const UNREACHABLE: readonly string[] = ['ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT']

/** Whether the server, or what stands before it, answers at the address that browsers and Twilio are told. */
export async function checkPublicUrl({ publicUrl, video }: Config, signal: AbortSignal): Promise<Finding> {
  if (publicUrl === undefined) {
    if (video.kind === 'emulator') return ok('PUBLIC_URL is not set: browsers are told the address they call')
    return warning('PUBLIC_URL is not set: set it to the address that browsers and Twilio see')
  }
  let response: Response
  try {
    response = await fetch(`${publicUrl}/healthz`, { redirect: 'manual', signal })
  } catch (error) {
    return signal.aborted ? unreachable('no response') : explain(codeOf(error))
  }
  return judge(response, publicUrl)
}

/** Whether a proxy says with its response that there is no server behind it. */
export function isWithoutServer({ status }: Response): boolean {
  return status >= 502 && status <= 504
}

async function judge(response: Response, publicUrl: string): Promise<Finding> {
  const { status } = response
  if (isWithoutServer(response)) return warning(`${NO_SERVER} (the proxy there answers ${status})`)
  if (status >= 300 && status < 400) {
    return failed(`PUBLIC_URL leads elsewhere (status ${status}): set it to the address that answers itself`)
  }
  const body: unknown = await response.json().catch(() => undefined)
  if (status !== 200 || !isHealth(body)) {
    return failed(
      `what answers at PUBLIC_URL is not this server (status ${status} for /healthz): set it to the server's address, ` +
        'with the path that the proxy gives it',
    )
  }
  const { protocol, hostname } = new URL(publicUrl)
  if (protocol === 'http:' && !isLoopback(hostname)) {
    return warning('PUBLIC_URL is reached, but by http: browsers give camera and microphone to https pages only')
  }
  return ok('PUBLIC_URL is reached from here')
}

function isHealth(body: unknown): boolean {
  return typeof body === 'object' && body !== null && 'status' in body && body.status === 'ok'
}

function explain(code: string): Finding {
  if (REFUSED.includes(code)) return warning(`${NO_SERVER} (${code})`)
  if (UNKNOWN_NAME.includes(code)) return failed(`the name in PUBLIC_URL leads nowhere (${code}): add it to your DNS`)
  if (UNREACHABLE.includes(code)) return unreachable(code)
  if (/CERT|SSL|TLS|SIGNATURE/.test(code)) {
    return failed(`PUBLIC_URL does not speak TLS as browsers want it (${code}): see its certificate`)
  }
  return failed(`PUBLIC_URL is not reached from here (${code})`)
}

function unreachable(code: string): Finding {
  return failed(`PUBLIC_URL is not reached from here (${code}): look at firewall and routes`)
}
