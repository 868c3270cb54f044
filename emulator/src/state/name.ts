import { TwilioError, type TwilioErrorCode } from '../errors.ts'
import { isSid } from '../sid.ts'

/** Twilio's limit for room names, identities and track names. Source: Twilio "Programmable Video Limits". */
const MAX_LENGTH = 128

/** @throws TwilioError 53100, 53101 or 53102. A name in the form of a room SID is refused with 53100, as it would be ambiguous. */
export function checkRoomName(name: string): void {
  check(name, Array.from(name).length, { invalid: 53100, tooLong: 53101, badCharacters: 53102 })
  if (isSid('RM', name)) throw new TwilioError(53100)
}

/** @throws TwilioError 53200, 53201 or 53202. Characters outside ASCII count as two. Source: Twilio error 53200. */
export function checkIdentity(identity: string): void {
  let length = 0
  for (const character of identity) length += (character.codePointAt(0) ?? 0) > 0x7f ? 2 : 1
  check(identity, length, { invalid: 53200, tooLong: 53201, badCharacters: 53202 })
}

/** @throws TwilioError 53301, 53302 or 53303. */
export function checkTrackName(name: string): void {
  check(name, Array.from(name).length, { invalid: 53301, tooLong: 53302, badCharacters: 53303 })
}

type NameErrors = { invalid: TwilioErrorCode; tooLong: TwilioErrorCode; badCharacters: TwilioErrorCode }

function check(name: string, length: number, codes: NameErrors): void {
  if (length === 0) throw new TwilioError(codes.invalid)
  if (length > MAX_LENGTH) throw new TwilioError(codes.tooLong)
  // U+FFFD is what a decoder leaves where bytes were no UTF-8; a lone surrogate cannot be written as UTF-8 at all.
  if (!name.isWellFormed() || name.includes('\uFFFD') || name.includes('\0')) throw new TwilioError(codes.badCharacters)
}
