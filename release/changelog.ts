/** The heading of what is not released yet. */
const UNRELEASED = 'Unreleased'

/** What the changelog says of a version; of what is not released yet where it says nothing of it. */
export function findNotes(changelog: string, version: string): { title: string; text: string } | undefined {
  const sections = changelog.split(/^## /m).slice(1)
  const find = (title: string) => sections.find((section) => section.split(/\s/, 1)[0] === title)
  const section = find(version) ?? find(UNRELEASED)
  if (section === undefined) return undefined
  const [title = '', ...lines] = section.split('\n')
  return { title, text: lines.join('\n').trim() }
}

/** The changelog once a version is released: what was unreleased is that version's. */
export function releaseNotes(changelog: string, version: string, day: string): string {
  const heading = `## ${UNRELEASED}\n`
  if (!changelog.includes(heading)) throw new Error(`CHANGELOG.md has no section "${UNRELEASED}"`)
  return changelog.replace(heading, `${heading}\nNothing yet.\n\n## ${version} (${day})\n`)
}
