import { expect } from 'vitest'
import type { Answer } from './setup.ts'

/** A room's SID that no room has. */
export const SID = `RM${'1'.repeat(32)}`

export const JSON_TYPE = { 'content-type': 'application/json' }

/** Expects a refusal with this status and code, told the same in both places, and findable in the log. */
export function expectRefusal(answer: Answer, status: number, code: string): void {
  expect(answer.error?.data.roomkey.code, answer.text.slice(0, 300)).toBe(code)
  expect(answer.status).toBe(status)
  expect(answer.error?.data.httpStatus).toBe(status)
  expect(answer.error?.data.roomkey.requestId).not.toBe('')
}
