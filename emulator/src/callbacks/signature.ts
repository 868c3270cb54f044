import { createHmac } from 'node:crypto'

/**
 * What `X-Twilio-Signature` holds: HMAC-SHA1 over the URL, followed by each form parameter's name and value in the
 * order of the names. A GET has its parameters in the URL already and none to add.
 * Source: Twilio "Security", "Validating Requests".
 */
export function signCallback(authToken: string, url: string, form: Record<string, string> = {}): string {
  const names = Object.keys(form).sort()
  const text = url + names.map((name) => name + form[name]).join('')
  return createHmac('sha1', authToken).update(text, 'utf8').digest('base64')
}
