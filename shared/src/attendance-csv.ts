import type { Attendance } from './event-log.ts'

const COLUMNS = ['identity', 'participantSid', 'joinedAt', 'leftAt', 'firstJoinedAt', 'lastLeftAt', 'seconds']

/**
 * Attendance as CSV: a line a visit, with a heading, for any spreadsheet. `seconds` is that of the identity as a whole.
 * Lines end in CRLF. A text that a spreadsheet would take for a formula gets an apostrophe before it, as identities are
 * what people choose to be called.
 * Source: RFC 4180; OWASP "CSV Injection".
 *
 * @example
 * const csv = toAttendanceCsv(await client.rooms.attendance({ sid }))
 */
export function toAttendanceCsv({ attendees }: Attendance): string {
  const rows = attendees.flatMap(({ identity, firstJoinedAt, lastLeftAt, seconds, visits }) =>
    visits.map(({ participantSid, joinedAt, leftAt }) => [
      identity,
      participantSid,
      joinedAt ?? '',
      leftAt ?? '',
      firstJoinedAt ?? '',
      lastLeftAt ?? '',
      String(seconds),
    ]),
  )
  return [COLUMNS, ...rows].map((row) => `${row.map(toCell).join(',')}\r\n`).join('')
}

function toCell(text: string): string {
  const safe = FORMULA.test(text) ? `'${text}` : text
  return QUOTED.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** Also by what separates cells for spreadsheets of other countries: what comes after it would be a cell of its own. */
const QUOTED = /[",;|\t\r\n]/

/** Also after blanks, which some spreadsheets look past, and by full-width signs, which some take for the plain ones. */
const FORMULA = /^\s*[=+\-@\t\r＝＋－＠]/
