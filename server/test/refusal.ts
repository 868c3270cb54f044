import { expect } from 'vitest'
import type { TestResponse } from './setup.ts'

/** A room's SID that no room has. */
export const SID = `RM${'1'.repeat(32)}`

export const JSON_TYPE = { 'content-type': 'application/json' }

/** Expects a refusal with this status and code, told the same in both places, and findable in the log. */
export function expectRefusal(response: TestResponse, status: number, code: string): void {
  expect(response.error?.data.roomkey.code, response.text.slice(0, 300)).toBe(code)
  expect(response.status).toBe(status)
  expect(response.error?.data.httpStatus).toBe(status)
  expect(response.error?.data.roomkey.requestId).not.toBe('')
}
