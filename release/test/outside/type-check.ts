import { join } from 'node:path'
import { ROOT } from '../../packages.ts'
import type { Project } from './project.ts'

/** How a project may tell TypeScript to find packages. */
export const MODULES = {
  bundler: ['--module', 'ESNext', '--moduleResolution', 'Bundler'],
  node16: ['--module', 'Node16'],
  nodenext: ['--module', 'NodeNext'],
}

/** Compiles files strictly, every library's declarations included, and gives the complaints. */
export async function typeCheck(project: Project, module: keyof typeof MODULES, files: string[]): Promise<string> {
  const strict = ['--noEmit', '--strict', '--skipLibCheck', 'false', '--jsx', 'react-jsx']
  // tRPC's own types name `AsyncDisposable`.
  const lib = ['--target', 'ES2022', '--lib', 'ES2022,ESNext.Disposable,DOM,DOM.Iterable']
  const tsc = join(ROOT, 'node_modules/.bin/tsc')
  return project.run(tsc, [...MODULES[module], ...strict, ...lib, ...files]).catch((error: Error) => error.message)
}
