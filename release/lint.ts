import { readFile } from 'node:fs/promises'
import { checkPackage, createPackageFromTarballData, type Problem, type ResolutionKind } from '@arethetypeswrong/core'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import type { Contents } from './contents.ts'
import type { Tarball } from './pack.ts'

/** What `publint` and `@arethetypeswrong` find, in words. */
export async function lint(tarball: Tarball, { manifest }: Contents): Promise<string[]> {
  const data = await readFile(tarball.path)
  const { messages } = await publint({ pack: { tarball: new Uint8Array(data).buffer } })
  const types = await checkPackage(createPackageFromTarballData(data))
  return [
    ...messages.map((message) => `publint: ${formatMessage(message, manifest) ?? message.code}`),
    ...(types.types === false ? ['attw: it has no types'] : types.problems)
      .filter((problem) => typeof problem === 'string' || !isAside(problem, tarball.package.commonjs))
      .map((problem) => (typeof problem === 'string' ? problem : `attw: ${describe(problem)}`)),
  ]
}

/**
 * Of resolution as before Node 12, which TypeScript 7 has no more; and for a package without CommonJS, that it is none.
 * Node 22.12 and later require() it all the same.
 */
function isAside(problem: Problem, commonjs: boolean): boolean {
  const kinds: ResolutionKind[] = commonjs ? ['node10'] : ['node10', 'node16-cjs']
  return 'resolutionKind' in problem && kinds.includes(problem.resolutionKind)
}

function describe(problem: Problem): string {
  return 'resolutionKind' in problem
    ? `${problem.kind} at ${problem.entrypoint} (${problem.resolutionKind})`
    : JSON.stringify(problem)
}
