import type { Rule, Track } from './entities.ts'

export const INCLUDE_ALL: readonly Rule[] = [{ type: 'include', all: true }]
export const EXCLUDE_ALL: readonly Rule[] = [{ type: 'exclude', all: true }]

/** Whether the rules choose a track. They start from nothing, and of all that match the last one decides. */
export function rulesInclude(rules: readonly Rule[], track: Track): boolean {
  return rules.findLast((rule) => ruleMatches(rule, track))?.type === 'include'
}

function ruleMatches(rule: Rule, track: Track): boolean {
  const { publisher } = track
  return (
    (rule.kind === undefined || rule.kind === track.kind) &&
    (rule.publisher === undefined || rule.publisher === publisher.identity || rule.publisher === publisher.sid) &&
    (rule.track === undefined || rule.track === track.name || rule.track === track.sid)
  )
}
