import { run, type Contender, type Running } from './contender.ts'

/** Contenders that run: each is started when a table first wants it, and kept for those that follow. */
export class Servers implements AsyncDisposable {
  readonly #running = new Map<Contender, Promise<Running>>()

  start(contender: Contender): Promise<Running> {
    const server = this.#running.get(contender) ?? run(contender)
    this.#running.set(contender, server)
    return server
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const starting of await Promise.allSettled(this.#running.values())) {
      if (starting.status === 'fulfilled') await starting.value[Symbol.asyncDispose]()
    }
  }
}
