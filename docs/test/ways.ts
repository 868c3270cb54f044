import type { Block } from './blocks.ts'
import { NOT_RUN, RUN_ELSEWHERE, SESSIONS } from './not-run.ts'

/** What is done with a block; `undefined` when nothing is. */
export type Way =
  | 'program'
  | 'test'
  | 'environment'
  | 'command'
  | 'session'
  | 'python'
  | 'response'
  | 'transcript'
  | 'none'

export function wayOf(block: Block): Way | undefined {
  const { document, language, code } = block
  if (RUN_ELSEWHERE.has(document)) return 'none'
  if (language === 'ts' || language === 'tsx') return code.includes("from 'vitest'") ? 'test' : 'program'
  if (isListed(block)) return 'none'
  if (language === 'json') return 'response'
  if (language === 'python') return 'python'
  if (language === 'console') return 'transcript'
  if (language !== 'sh') return undefined
  if (code.trimEnd().split('\n').every(isAssignment)) return 'environment'
  if (SESSIONS.has(document)) return 'session'
  return /^(?:curl|http|npm run keys --) /.test(code) ? 'command' : undefined
}

/** Whether a block is among those that are not run. */
export function isListed(block: Block): boolean {
  return NOT_RUN.some((entry) => isMeant(entry, block))
}

export function isMeant([document, start]: readonly [string, string, string], block: Block): boolean {
  return block.document === document && block.code.startsWith(start)
}

function isAssignment(line: string): boolean {
  return /^[A-Z_]+=(?:\$\(.*\)|\S*)$/.test(line)
}
