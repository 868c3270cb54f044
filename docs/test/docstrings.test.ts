import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

/** Packages that others build on: whatever they export says what it is. */
const PACKAGES = ['shared', 'client', 'transport']

const DECLARATION = /^export (?:async |abstract |declare )*(?:const|function\*?|class|interface|type|enum) (\w+)/

/** Exported declarations without a doc comment that ends on the line above. */
function findUndocumented(source: string): string[] {
  const lines = source.split('\n')
  return lines.flatMap((line, index) => {
    const name = DECLARATION.exec(line)?.[1]
    // A note to the linter may stand between.
    const above = lines.slice(0, index).findLast((text) => !text.startsWith('// oxlint-')) ?? ''
    // The first of several signatures speaks for all.
    const isOverload = DECLARATION.exec(above)?.[1] === name
    return name === undefined || isOverload || above.endsWith('*/') ? [] : [`${index + 1}: ${name}`]
  })
}

test.each(PACKAGES)('every export of %s has a docstring', (name) => {
  const folder = fileURLToPath(new URL(`../../${name}/src/`, import.meta.url))
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (file) => /\.tsx?$/.test(file) && !/\.test\.tsx?$/.test(file),
  )
  expect(files.length).toBeGreaterThan(0)
  const undocumented = files.flatMap((file) =>
    findUndocumented(readFileSync(`${folder}${file}`, 'utf8')).map((where) => `${name}/src/${file}:${where}`),
  )
  expect(undocumented).toEqual([])
})

// Of server and emulator, which are more than libraries, what their packages export.
test.each(['server', 'emulator'])('what the package %s exports has a docstring', (name) => {
  const folder = fileURLToPath(new URL(`../../${name}/src/`, import.meta.url))
  const face = readFileSync(`${folder}index.ts`, 'utf8')
  const undocumented = [...face.matchAll(/export (?:type )?\{([^}]*)\} from '\.\/([^']+)'/g)].flatMap(
    ([, names = '', file = '']) => {
      const exported = new Set(names.split(',').map((one) => one.trim().replace('type ', '')))
      return findUndocumented(readFileSync(folder + file, 'utf8'))
        .filter((where) => exported.has(where.split(': ')[1] ?? ''))
        .map((where) => `${name}/src/${file}:${where}`)
    },
  )
  expect(undocumented).toEqual([])
})

test('a docstring is found, and its lack', () => {
  expect(findUndocumented('/** Says it. */\nexport const a = 1\n\nexport type B = {}\n')).toEqual(['4: B'])
  expect(findUndocumented('/**\n * Says it.\n */\nexport async function c() {}\n')).toEqual([])
  expect(findUndocumented('/** Says it. */\n// oxlint-disable-next-line x\nexport class D {}\n')).toEqual([])
  expect(findUndocumented("// no docstring\nexport interface E {}\nexport { f } from './f.ts'\n")).toEqual(['2: E'])
})
