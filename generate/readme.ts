import { toLiteral } from './literal.ts'
import type { NamedProcedure, Source } from './source.ts'
import { fieldsOf } from './types.ts'

const START = '<!-- procedures: written by npm run generate -->'
const END = '<!-- /procedures -->'

/** README with its table of procedures made anew. @throws TypeError when the marks are gone that it stands between */
export function generateReadme(source: Source, readme: string): string {
  const start = readme.indexOf(START)
  const end = readme.indexOf(END)
  if (start === -1 || end < start) throw new TypeError(`README.md must hold ${START} and, below it, ${END}`)
  return `${readme.slice(0, start)}${START}\n\n${toTable(source)}\n\n${readme.slice(end)}`
}

function toTable(source: Source): string {
  const rows = source.procedures.map((procedure) => {
    const { router, fullName, kind, summary } = procedure
    const link = `[\`${fullName}\`](docs/reference/${router}.md#${fullName.replace('.', '').toLowerCase()})`
    return `| ${link} | ${kind} | ${summary} | ${toInput(source, procedure)}→ ${toOutput(source, procedure)} |`
  })
  return ['| procedure | kind | what it does | input → output |', '|---|---|---|---|', ...rows].join('\n')
}

function toInput({ types }: Source, { inputType }: NamedProcedure): string {
  if (inputType === undefined) return ''
  const fields = fieldsOf(types, inputType).map((field) => {
    const preset = field.default === undefined ? '' : ` = ${toLiteral(field.default)}`
    return `${field.name}${field.isRequired ? '' : '?'}${preset}`
  })
  return `\`{ ${fields.join(', ')} }\` `
}

/** Its fields where they are few, else its name. */
function toOutput({ types }: Source, { outputType, kind }: NamedProcedure): string {
  const names = fieldsOf(types, outputType).map(({ name }) => name)
  const output = names.length > 0 && names.length <= MAX_FIELDS ? `\`{ ${names.join(', ')} }\`` : `\`${outputType}\``
  return kind === 'subscription' ? `${output}, one after another` : output
}

const MAX_FIELDS = 5
