import { isWorse, figuresOf, type Change } from './compare.ts'
import { number } from './format.ts'
import { isMet, type Cell, type Figure, type Results, type TableResult } from './result.ts'

/** The results as the Markdown of RESULTS.md. */
export function toMarkdown(results: Results): string {
  const { date, machine, command, quick, tables } = results
  const sections = Object.values(tables).map((table, index) => tableToMarkdown(table, index + 1))
  return [
    '# Results',
    '',
    `Measured ${date} on ${machine}, by \`${command}\`${quick ? ' (quick: fewer and shorter rounds)' : ''}.`,
    '',
    'Every server runs in a process of its own and is loaded from another. Contenders take turns round by round;',
    'figures are medians with the range of the rounds, ratios are taken within a round. Trust ratios more than figures:',
    'they change less from machine to machine.',
    '',
    '## Targets',
    '',
    toTable(['', 'target', 'measured', ''], figuresOf(results).flatMap(targetRow)),
    '',
    ...sections,
  ].join('\n')
}

/** A table for the terminal. */
export function tableToText(table: TableResult): string {
  return tableToMarkdown(table)
}

export function targetsToText(results: Results): string {
  return toTable(['target', 'at least/most', 'measured', ''], figuresOf(results).flatMap(targetRow))
}

export function changesToText(changes: Change[]): string {
  const rows = changes.map((change) => [
    change.figure.label,
    number(change.before),
    number(change.figure.value),
    `${change.factor >= 1 ? '+' : ''}${((change.factor - 1) * 100).toFixed(0)} %`,
    isWorse(change) ? 'WORSE' : '',
  ])
  return toTable(['compared', 'before', 'now', 'better by', ''], rows)
}

function tableToMarkdown({ title, note, parts }: TableResult, position?: number): string {
  const lines = [`## ${position === undefined ? '' : `${position}. `}${title}`, '', note, '']
  for (const { heading, columns, rows } of parts) {
    if (heading !== undefined) lines.push(`${heading}:`, '')
    lines.push(toTable(columns, rows), '')
  }
  return lines.join('\n')
}

function targetRow(figure: Figure): Cell[][] {
  const { label, target, value, better, unit } = figure
  if (target === undefined) return []
  const sign = better === 'higher' ? '≥' : '≤'
  const range = figure.spread === undefined ? '' : ` (${number(figure.spread.min)}–${number(figure.spread.max)})`
  return [
    [
      label,
      `${sign} ${number(target)} ${unit}`,
      `${number(value)} ${unit}${range}`,
      isMet(figure) ? 'holds' : 'MISSED',
    ],
  ]
}

function toTable(columns: string[], rows: Cell[][]): string {
  const cells = [columns, ...rows].map((row) => row.map(String))
  const widths = columns.map((_, column) => Math.max(3, ...cells.map((row) => row[column]?.length ?? 0)))
  const line = (row: string[]): string =>
    `| ${widths.map((width, column) => (column === 0 ? (row[column] ?? '').padEnd(width) : (row[column] ?? '').padStart(width))).join(' | ')} |`
  const rule = `| ${widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`
  const [head, ...body] = cells
  return [line(head ?? []), rule, ...body.map(line)].join('\n')
}
