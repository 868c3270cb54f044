import { execFileSync } from 'node:child_process'
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { loadEmbeddedPostgres } from './postgres-package.ts'

/** A PostgreSQL of the test file's own. */
export type Postgres = AsyncDisposable & {
  /** Makes an empty database and answers its URL. */
  createDatabase(): Promise<string>
  /** The process that starts all others of it. */
  readPid(): Promise<number>
  /** Stops every process of it, as a machine does that has run out of everything; connections stay open. */
  freeze(): Promise<void>
  thaw(): Promise<void>
  stop(): Promise<void>
  /** With what it held. */
  start(): Promise<void>
  restart(): Promise<void>
}

/** Nothing has to outlive a machine that loses its power, and waiting for disks would be most of what a test takes. */
const FORGETFUL = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off'].flatMap((flag) => ['-c', flag])

/** Starts PostgreSQL from npm in a temporary directory: about a second. */
export async function startPostgres({ isDurable = false } = {}): Promise<Postgres> {
  const directory = await mkdtemp(join(tmpdir(), 'roomkey-postgres-'))
  const port = await findFreePort()
  const password = 'only-for-tests'
  const log: unknown[] = []
  // Where the user that it runs as can reach it.
  await chmod(directory, 0o755)
  const EmbeddedPostgres = await loadEmbeddedPostgres(directory)
  const server = new EmbeddedPostgres({
    databaseDir: join(directory, 'data'),
    port,
    user: 'roomkey',
    password,
    // What it leaves behind is deleted below, and it can be started again.
    persistent: true,
    initdbFlags: ['--no-sync', '--encoding=UTF8', '--locale=C'],
    postgresFlags: [
      '-c',
      'listen_addresses=127.0.0.1',
      '-c',
      'max_connections=200',
      '-c',
      `unix_socket_directories=`,
      ...(isDurable ? [] : FORGETFUL),
    ],
    // PostgreSQL refuses to run as root and needs another user to run as.
    createPostgresUser: userInfo().uid === 0,
    onLog: (line) => log.push(line),
    onError: (line) => log.push(line),
  })
  try {
    await server.initialise()
    await server.start()
  } catch (error) {
    throw new Error(`PostgreSQL did not start: ${log.join('\n')}`, { cause: error })
  }
  let count = 0

  async function readPid(): Promise<number> {
    return Number((await readFile(join(directory, 'data', 'postmaster.pid'), 'utf8')).split('\n')[0])
  }

  async function signal(name: 'STOP' | 'CONT'): Promise<void> {
    const first = await readPid()
    // The first one goes first, so that no more are born meanwhile.
    execFileSync('sh', [
      '-c',
      `kill -${name} ${first}; for pid in $(pgrep -P ${first}); do kill -${name} $pid 2>/dev/null || true; done`,
    ])
  }

  return {
    readPid,
    freeze: () => signal('STOP'),
    thaw: () => signal('CONT'),
    stop: () => server.stop(),
    start: () => server.start(),
    async restart() {
      await server.stop()
      await server.start()
    },
    async createDatabase() {
      const name = `test${++count}`
      const client = server.getPgClient('postgres', '127.0.0.1')
      await client.connect()
      await client.query(`create database ${name}`)
      await client.end()
      return `postgres://roomkey:${password}@127.0.0.1:${port}/${name}`
    },
    async [Symbol.asyncDispose]() {
      await signal('CONT')
      await server.stop()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

async function findFreePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
