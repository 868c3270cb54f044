import { expect, test } from 'vitest'
import { readBlocks } from './blocks.ts'
import { matchTold } from './expectation.ts'
import { run } from './run.ts'
import { startServer } from './server.ts'
import { isListed, wayOf } from './ways.ts'

const blocks = await readBlocks()

/** Of one document, in one shell, on one server: what a block made is there for the next. */
const documents = Map.groupBy(
  blocks.filter((block) => wayOf(block) === 'session' && !isListed(block)),
  ({ document }) => document,
)

test.each([...documents])('the session of %s goes as it is told', async (_document, session) => {
  await using server = await startServer({
    COMPAT: 'tutorial,plugin-rtc',
    PASSCODE: '12345678901234',
    OPEN_ACCESS: 'true',
  })
  const script = session
    .map(({ code }) => code.replaceAll('http://localhost:5000', server.url))
    .join(`echo; echo '${MARK}'\n`)
  const outputs = (await run('bash', ['-ec', script])).split(`${MARK}\n`)
  expect(outputs).toHaveLength(session.length)
  for (const [index, block] of session.entries()) {
    const shown = blocks[blocks.indexOf(block) + 1]
    if (shown?.language !== 'json') continue
    const told = JSON.parse(shown.code.replaceAll('localhost:5000', server.host)) as unknown
    expect(JSON.parse(outputs[index] ?? ''), `${block.document}:${block.line}`).toEqual(matchTold(told))
  }
})

const MARK = '== next =='

const scripts = blocks.filter(({ language }) => language === 'python')
const hasPython = await run('python3', ['--version']).then(
  () => true,
  () => false,
)

// A machine without Python cannot tell: there, and nowhere else, they are left out.
test.skipIf(!hasPython).each(scripts.map((block) => ({ title: `${block.document}:${block.line}`, block })))(
  'the Python of $title runs',
  async ({ block }) => {
    await using server = await startServer()
    const told = await run('python3', ['-c', block.code.replaceAll('http://localhost:5000', server.url)], {
      env: { PYTHONUTF8: '1' },
    })
    expect(told).toMatch(/^Beyoncé may enter until .*Z\n0 inside\ncaught-up\nroom-ended\n$/)
  },
)

test('there is a session and a program in Python', () => {
  expect([...documents.keys()]).toEqual(['docs/migrating.md', 'docs/rest.md'])
  expect(scripts).toHaveLength(1)
})
