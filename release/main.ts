import { execFileSync } from 'node:child_process'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { findNotes, releaseNotes } from './changelog.ts'
import { findProblems, readContents } from './contents.ts'
import { lint } from './lint.ts'
import { packAll, type Tarball } from './pack.ts'
import { ROOT } from './packages.ts'
import { readVersion, writeVersion } from './version.ts'

const USAGE = `Usage: npm run release -- --dry-run | --prepare <version> | --publish | --notes | --help

  --dry-run            makes every tarball in release/tarballs and checks it; publishes nothing
  --prepare <version>  writes the version into every package and the changelog, to be committed
  --publish            as --dry-run, then publishes to npm; with provenance in CI
  --notes              prints what the changelog says of this version
`

const CHANGELOG = join(ROOT, 'CHANGELOG.md')

const values = readArguments()
if (values.help) console.log(USAGE)
else if (values.prepare !== undefined) await prepare(values.prepare)
else if (values.notes) console.log((await readNotes(await readVersion()))?.text ?? '')
else if (values['dry-run'] || values.publish) await release(values.publish === true && !values['dry-run'])
else {
  process.stderr.write(USAGE)
  process.exitCode = 1
}

function readArguments() {
  try {
    const options = {
      'dry-run': { type: 'boolean' },
      prepare: { type: 'string' },
      publish: { type: 'boolean' },
      notes: { type: 'boolean' },
      help: { type: 'boolean' },
    } as const
    return parseArgs({ options }).values
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    return {}
  }
}

async function prepare(version: string): Promise<void> {
  await writeVersion(version)
  const day = new Date().toISOString().slice(0, 10)
  await writeFile(CHANGELOG, releaseNotes(await readFile(CHANGELOG, 'utf8'), version, day))
  console.log(`Everything is ${version} now. Run npm run generate, commit, and push a tag v${version}.`)
}

async function release(isMeant: boolean): Promise<void> {
  const version = await readVersion()
  const notes = await readNotes(version)
  const tarballs = await packAll(join(ROOT, 'release/tarballs'))
  const problems = (await Promise.all(tarballs.map((tarball) => check(tarball, version)))).flat()
  if (notes === undefined) problems.push('CHANGELOG.md says nothing of this version')
  else if (isMeant && !notes.title.startsWith(version))
    problems.push(`CHANGELOG.md has no section ${version}: use --prepare`)
  if (problems.length > 0) {
    console.error(['', 'Not to be published:', ...problems].join('\n  '))
    process.exitCode = 1
    return
  }
  console.log(`\n## ${notes?.title}\n\n${notes?.text}\n`)
  if (!isMeant) return console.log('A dry run: nothing was published.')
  const provenance = process.env['CI'] === 'true' ? ['--provenance'] : []
  for (const { path } of tarballs) {
    execFileSync('npm', ['publish', path, '--access', 'public', ...provenance], { stdio: 'inherit' })
  }
}

async function readNotes(version: string) {
  return findNotes(await readFile(CHANGELOG, 'utf8'), version)
}

/** Tells how large it is, and gives what is wrong. */
async function check(tarball: Tarball, version: string): Promise<string[]> {
  const contents = await readContents(tarball)
  const { name } = tarball.package
  const { size } = await stat(tarball.path)
  console.log(`${name}@${contents.manifest.version}`.padEnd(30), `${kilobytes(size)} kB, ${contents.files.size} files`)
  const problems = [...findProblems(tarball, contents), ...(await lint(tarball, contents))]
  if (contents.manifest.version !== version) problems.push(`its version is not ${version}`)
  return problems.map((problem) => `${name}: ${problem}`)
}

function kilobytes(bytes: number): string {
  return (bytes / 1000).toFixed(0).padStart(5)
}
