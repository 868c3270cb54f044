import { randomBytes } from 'node:crypto'

/** What a SID names: AC account, SK API key, RM room, PA participant, MT track, RT recording. */
export type SidPrefix = 'AC' | 'SK' | 'RM' | 'PA' | 'MT' | 'RT'

/** Makes a new SID: the prefix and 32 hexadecimal digits. */
export function createSid(prefix: SidPrefix): string {
  return prefix + randomBytes(16).toString('hex')
}

/** Whether a text has the form of a SID of this kind. */
export function isSid(prefix: SidPrefix, value: string): boolean {
  return value.length === 34 && value.startsWith(prefix) && HEX.test(value)
}

const HEX = /^..[0-9a-fA-F]{32}$/
