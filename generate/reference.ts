import { COMMON_ERRORS, type ErrorCode } from '@roomkey/shared'
import { HTTP_STATUSES } from '@roomkey/shared/openapi'
import { toLiteral } from './literal.ts'
import type { NamedProcedure, Source } from './source.ts'
import { fieldsOf, hasFields, typesWithin } from './types.ts'

/** The reference page of one router. */
export function generateReference({ types }: Source, router: string, procedures: readonly NamedProcedure[]): string {
  const named = procedures.flatMap(({ outputType }) => [outputType, ...typesWithin(types, outputType)])
  return `<!-- Written by \`npm run generate\` from the contract, shared/src/contract: change it there. -->

# ${router}

${procedures.map((procedure) => `[\`${procedure.fullName}\`](#${toAnchor(procedure)}) ${lowerFirst(procedure.summary)}.`).join('  \n')}

Requests are plain HTTP with JSON, and [the client](../../client/README.md) has a method for each. Callers show who they
are by \`authorization: Bearer …\`: a JWT of your own sign-in, an API key, or an invitation.

${procedures.map((procedure) => toSection(types, procedure)).join('\n')}
## What comes back

${[...new Set(named)].map((name) => `### ${name}\n\n${toOutputTable(types, name)}`).join('\n')}
## What any request can fail with

${toErrorTable(COMMON_ERRORS)}`
}

function toSection(types: Source['types'], procedure: NamedProcedure): string {
  const { fullName, kind, summary, description, inputType, outputType, errors } = procedure
  const output = `[\`${outputType}\`](#${outputType.toLowerCase()})`
  const input = inputType === undefined ? ' none.\n' : `\n\n${toInputTable(types, inputType)}`
  return `## ${fullName}

${summary}.${description === undefined ? '' : ` ${description}`}

${kind} · \`${kind === 'mutation' ? 'POST' : 'GET'} /trpc/${fullName}\`${toRepetition(procedure)}

**Input:**${input}
**Output:** ${kind === 'subscription' ? `events, one after another, each ${output}` : output}

**Errors:**${errors.length === 0 ? ' only [those of any request](#what-any-request-can-fail-with)\n' : `\n\n${toErrorTable(errors)}`}
**Example:**

\`\`\`sh
${toCurl(procedure)}
\`\`\`

\`\`\`ts
${toCall(procedure)}
\`\`\`
`
}

function toRepetition({ kind, idempotent }: NamedProcedure): string {
  if (kind !== 'mutation') return ''
  if (idempotent === true) return ' · may be sent again: twice does no more than once'
  return idempotent ? ` · may be sent again, unless \`${idempotent.unless}\` is given` : ''
}

function toInputTable(types: Source['types'], typeName: string): string {
  const rows = fieldsOf(types, typeName).map((field) => {
    const preset = field.isRequired ? 'required' : field.default === undefined ? '' : `\`${toLiteral(field.default)}\``
    return `| \`${field.name}\` | ${field.type} | ${preset} | ${field.description} |\n`
  })
  return `| field | type | default | meaning |\n|---|---|---|---|\n${rows.join('')}`
}

function toOutputTable(types: Source['types'], typeName: string): string {
  if (!hasFields(types, typeName)) return `${types[typeName]?.description ?? ''}\n`
  const rows = fieldsOf(types, typeName).map(
    ({ name, type, isRequired, description }) =>
      `| \`${name}\`${isRequired ? '' : ', if there is one'} | ${type} | ${description} |\n`,
  )
  return `| field | type | meaning |\n|---|---|---|\n${rows.join('')}`
}

function toErrorTable(codes: readonly ErrorCode[]): string {
  const rows = [...Map.groupBy(codes, (code) => HTTP_STATUSES[code])].sort(([one], [other]) => one - other)
  const cells = rows.map(([status, list]) => `| ${status} | ${list.map((code) => `\`${code}\``).join(', ')} |\n`)
  return `| HTTP | code |\n|---|---|\n${cells.join('')}`
}

function toCurl({ fullName, kind, example }: NamedProcedure): string {
  const url = `http://localhost:5000/trpc/${fullName}`
  const json = example === undefined ? undefined : JSON.stringify(example)
  if (kind === 'mutation') return `curl -s ${url} -H 'content-type: application/json' -d '${json ?? '{}'}'`
  const flags = kind === 'subscription' ? '-sN' : '-s'
  return json === undefined ? `curl ${flags} ${url}` : `curl ${flags} --get ${url} --data-urlencode 'input=${json}'`
}

function toCall({ fullName, kind, example, outputType }: NamedProcedure): string {
  const call = `roomkey.${fullName}(${example === undefined ? '' : toLiteral(example)})`
  if (kind === 'subscription') return `for await (const event of ${call}) console.log(event)`
  return `const ${lowerFirst(outputType)} = await ${call}`
}

function toAnchor({ fullName }: NamedProcedure): string {
  return fullName.replace('.', '').toLowerCase()
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1)
}
