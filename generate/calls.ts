import { byRouter, type NamedProcedure, type Source } from './source.ts'

/** The client's methods, written out: editors show no docs through types that are computed. */
export function generateCalls(source: Source): string {
  const { procedures } = source
  const routers = byRouter(source)
  const types = new Set(procedures.flatMap(({ inputType = [], outputType }) => [inputType, outputType].flat()))
  const options = procedures.some(isSubscription) ? 'CallOptions, SubscribeOptions' : 'CallOptions'
  return `// Written by \`npm run generate\` from the contract, shared/src/contract: change it there.
import type { ${[...types].sort().join(', ')} } from '@roomkey/shared'
import type { ${options} } from './call-options.ts'

${routers.map(([router, list]) => toInterface(router, list)).join('\n\n')}

/** Every procedure of the server as a method, by router. */
export interface Calls {
${routers.map(([router]) => `readonly ${router}: ${toTypeName(router)}`).join('\n')}
}

/** The kind of each procedure, for the wire. */
export const KINDS = {
${routers.map(([router, list]) => `${router}: { ${list.map(({ name, kind }) => `${name}: '${kind}'`).join(', ')} },`).join('\n')}
} as const

/** Mutations that may be sent again, since twice does no more than once; some of them unless a field is given. */
export const IDEMPOTENT: Readonly<Record<string, true | { unless: string }>> = {
${procedures.flatMap(toIdempotent).join('\n')}
}
`
}

function toInterface(router: string, procedures: readonly NamedProcedure[]): string {
  const methods = procedures.map((procedure) => `${toComment(procedure)}\n${procedure.name}: ${toSignature(procedure)}`)
  return `/** The procedures of \`${router}\`. */\nexport interface ${toTypeName(router)} {\n${methods.join('\n')}\n}`
}

function toSignature(procedure: NamedProcedure): string {
  const { inputType, isInputOptional, outputType } = procedure
  const input = `input${isInputOptional ? '?' : ''}: ${inputType ?? 'undefined'}`
  return isSubscription(procedure)
    ? `(${input}, options?: SubscribeOptions) => AsyncIterable<${outputType}>`
    : `(${input}, options?: CallOptions) => Promise<${outputType}>`
}

function toComment({ summary, description, errors }: NamedProcedure): string {
  const codes = errors.filter((code) => !code.startsWith('TWILIO_')).map((code) => `\`${code}\``)
  if (errors.some((code) => code.startsWith('TWILIO_'))) codes.push('`TWILIO_…`')
  const paragraphs = [
    `${summary}.`,
    ...(description === undefined ? [] : [description]),
    `@throws RoomkeyError ${codes.length === 0 ? '' : `${codes.join(', ')}, or `}what any request can fail with`,
  ]
  return `/**\n${paragraphs.map((paragraph) => wrap(paragraph)).join('\n *\n')}\n */`
}

/** Lines of a comment, none much longer than the formatter's. */
function wrap(paragraph: string): string {
  return paragraph.replaceAll(/(.{1,112})(?: |$)/g, ' * $1\n').trimEnd()
}

function toIdempotent({ fullName, kind, idempotent }: NamedProcedure): string[] {
  if (kind !== 'mutation' || idempotent === undefined || idempotent === false) return []
  return [`'${fullName}': ${idempotent === true ? 'true' : `{ unless: '${idempotent.unless}' }`},`]
}

function toTypeName(router: string): string {
  return `${router.charAt(0).toUpperCase()}${router.slice(1)}Calls`
}

function isSubscription({ kind }: NamedProcedure): boolean {
  return kind === 'subscription'
}
