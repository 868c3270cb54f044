import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Scene } from '../wire.ts'

/** The page and its files; and what is not there, on a server that has a page. */
export async function createPageScene(): Promise<Scene & AsyncDisposable> {
  const directory = await mkdtemp(join(tmpdir(), 'roomkey-wire-'))
  await mkdir(join(directory, 'assets'))
  await writeFile(join(directory, 'index.html'), '<!doctype html><title>Roomkey</title>')
  await writeFile(join(directory, 'favicon.svg'), '<svg/>')
  await writeFile(join(directory, '.hidden'), 'hidden')
  await writeFile(join(directory, 'assets', 'index-1a2b3c.js'), 'console.log(1)')
  return {
    world: { overrides: { pageDirectory: directory } },
    async play({ send }) {
      for (const url of [
        '/',
        '/index.html',
        '/room/Monday?x=1',
        '/favicon.svg',
        '/assets/index-1a2b3c.js',
        '/assets/index-gone.js',
        '/assets',
        '/.hidden',
        '/../package.json',
        '/%2e%2e/package.json',
        '/nowhere',
        '/trpc/nope',
        '/healthz',
      ]) {
        await send(`page: ${url}`, url)
      }
      await send('page: its head', '/', { method: 'HEAD' })
      await send('page: by POST', '/', { method: 'POST' })
      await send('page: to a page of another origin', '/', { headers: { origin: 'http://localhost:5173' } })
    },
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true }),
  }
}
