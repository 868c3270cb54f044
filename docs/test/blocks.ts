import { glob, readFile } from 'node:fs/promises'

/** The root of the project, where documents, scripts and packages are. */
export const ROOT = new URL('../../', import.meta.url)

/** A fenced block of a document. `line` is that of its first line of code. */
export type Block = { document: string; line: number; language: string; code: string }

/** Documents by their paths from the root: those that people write, unless told which. */
export async function listDocuments(patterns = ['*.md', 'docs/*.md', '*/README.md']): Promise<string[]> {
  const paths: string[] = []
  for await (const path of glob(patterns, { cwd: ROOT.pathname })) paths.push(path)
  return paths.toSorted((first, second) => first.localeCompare(second))
}

export function readText(path: string): Promise<string> {
  return readFile(new URL(path, ROOT), 'utf8')
}

/** The fenced blocks of all documents that people write, in order. What is generated runs in client/test. */
export async function readBlocks(): Promise<Block[]> {
  const documents = await listDocuments()
  return (await Promise.all(documents.map(async (path) => findBlocks(path, await readText(path))))).flat()
}

function findBlocks(document: string, text: string): Block[] {
  return [...text.matchAll(/^```(\S*)\n(.*?)^```$/gms)].map(({ 1: language = '', 2: code = '', index }) => ({
    document,
    line: text.slice(0, index).split('\n').length + 1,
    language,
    code,
  }))
}
