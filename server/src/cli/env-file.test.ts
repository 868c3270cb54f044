import { describe, expect, test } from 'vitest'
import { EnvFileError, parseEnvFile } from './env-file.ts'

const parse = (text: string) => parseEnvFile(Buffer.from(text))

describe('a .env file', () => {
  test('holds assignments, with or without export and quotes, and comments', () => {
    const text = ['# a comment', '', 'A=1', 'export B=2', ' C = 3 ', 'D="4 # not a comment"', "E='five' # one"]
    for (const end of ['\n', '\r\n']) {
      expect(parse(text.join(end))).toEqual({ A: '1', B: '2', C: '3', D: '4 # not a comment', E: 'five' })
    }
  })

  test('may hold a value of several lines in quotes', () => {
    expect(parse('A="one\ntwo = 2\nthree"\nB=4')).toEqual({ A: 'one\ntwo = 2\nthree', B: '4' })
  })

  test('may begin with a byte order mark', () => {
    expect(parse('\uFEFFTWILIO_API_KEY=SK1\nB=2')).toEqual({ TWILIO_API_KEY: 'SK1', B: '2' })
  })

  test.each([
    ['UTF-16 as PowerShell writes it', Buffer.from('\uFEFFTWILIO_API_SECRET=x', 'utf16le')],
    ['UTF-16 without a mark', Buffer.from('TWILIO_API_SECRET=x', 'utf16le')],
    ['UTF-16 the other way round', Buffer.from('\uFEFFTWILIO_API_SECRET=x', 'utf16le').swap16()],
    ['Latin-1', Buffer.from('A=caf\u00e9', 'latin1')],
  ])('that is %s is refused in words', (_name, bytes) => {
    expect(() => parseEnvFile(bytes)).toThrow(/UTF-8/)
  })

  test.each([
    ['A=1\nTWILIO_API_SECRET: planted', 'line 2'],
    ['A=1\n\nplanted', 'line 3'],
    ['=planted', 'line 1'],
    ['A-B=planted', 'line 1'],
    ['A="planted\nB=2', 'line 1'],
  ])('is refused by the number of a line that is no assignment: %j', (text, line) => {
    const error = catchError(() => parse(text))
    expect(error).toBeInstanceOf(EnvFileError)
    expect(error.message).toContain(line)
    expect(error.message).not.toContain('planted')
  })
})

function catchError(run: () => unknown): Error {
  try {
    run()
  } catch (error) {
    if (error instanceof Error) return error
  }
  throw new Error('nothing was thrown')
}
