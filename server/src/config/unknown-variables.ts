/** A variable that is set, is not read, and looks like one that is. */
export type UnknownVariable = { name: string; meant: string }

/** Letters that may differ, be missing or be too many. */
const MAX_DISTANCE = 2
/** Shorter names are near to too many others. */
const MIN_LENGTH = 6

/** Of the names that are set, those that were probably meant as one of the `known`, each with the nearest of them. */
export function findUnknownVariables(names: readonly string[], known: readonly string[]): UnknownVariable[] {
  return names
    .filter((name) => !known.includes(name.toUpperCase()))
    .flatMap((name) => {
      const meant = findNearest(name, known)
      return meant === undefined ? [] : [{ name, meant }]
    })
}

function findNearest(name: string, known: readonly string[]): string | undefined {
  if (name.length < MIN_LENGTH) return undefined
  const ranked = known
    .filter((candidate) => candidate.length >= MIN_LENGTH)
    .map((candidate) => ({ candidate, distance: distanceOf(name, candidate) }))
  return ranked.filter(({ distance }) => distance <= MAX_DISTANCE).toSorted((a, b) => a.distance - b.distance)[0]
    ?.candidate
}

/** By letters alone, so that underscores count for nothing; a name that one more word completes is as near as one letter. */
function distanceOf(name: string, candidate: string): number {
  const isCutShort = name.includes('_') && candidate.startsWith(`${name}_`)
  const isTooLong = candidate.includes('_') && name.startsWith(`${candidate}_`)
  if (isCutShort || isTooLong) return 1
  const [from, to] = [lettersOf(name), lettersOf(candidate)]
  // Of a hundred names set and a hundred known most are told apart by their lengths: it saves time at every start.
  return Math.abs(from.length - to.length) > MAX_DISTANCE ? Infinity : editDistance(from, to)
}

function lettersOf(name: string): string {
  return name.toUpperCase().replaceAll('_', '')
}

/** Levenshtein's: how many letters must be put in, taken out or changed to make one word of the other. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let i = 1; i <= from.length; i++) {
    const next = [i]
    for (let j = 1; j <= to.length; j++) {
      const changed = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1)
      next[j] = Math.min(changed, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1)
    }
    row = next
  }
  return row[to.length] ?? 0
}
