import { expect, test } from 'vitest'
import { toAttendanceCsv } from './attendance-csv.ts'
import type { Attendance } from './event-log.ts'

const attended = (identity: string) =>
  ({
    roomSid: `RM${'1'.repeat(32)}`,
    roomName: 'standup',
    endedAt: null,
    attendees: [
      {
        identity,
        firstJoinedAt: '2026-01-01T00:00:00.000Z',
        lastLeftAt: null,
        seconds: 60,
        visits: [
          { participantSid: `PA${'1'.repeat(32)}`, joinedAt: '2026-01-01T00:00:00.000Z', leftAt: null },
          { participantSid: `PA${'2'.repeat(32)}`, joinedAt: null, leftAt: '2026-01-01T00:01:00.000Z' },
        ],
      },
    ],
  }) as Attendance

const cellOf = (identity: string) => {
  const [, line = ''] = toAttendanceCsv(attended(identity)).split('\r\n')
  return line.slice(0, line.indexOf(',PA'))
}

test('attendance is a line a visit, for any spreadsheet', () => {
  expect(toAttendanceCsv(attended('Beyoncé'))).toBe(
    'identity,participantSid,joinedAt,leftAt,firstJoinedAt,lastLeftAt,seconds\r\n' +
      `Beyoncé,PA${'1'.repeat(32)},2026-01-01T00:00:00.000Z,,2026-01-01T00:00:00.000Z,,60\r\n` +
      `Beyoncé,PA${'2'.repeat(32)},,2026-01-01T00:01:00.000Z,2026-01-01T00:00:00.000Z,,60\r\n`,
  )
})

test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '  =cmd|x', '＝1', '\r=1'])('%j is no formula there', (identity) => {
  expect(cellOf(identity).replace(/^"/, '')).toMatch(/^'/)
})

test.each(['x;=1', 'x\t=1', 'x|=1'])('%j begins no cell where another sign separates them', (identity) => {
  expect(cellOf(identity)).toBe(`"${identity}"`)
})

test('what has commas, quotes or line breaks stays one cell', () => {
  expect(cellOf('a,"b"\nc')).toBe('"a,""b""\nc"')
})
