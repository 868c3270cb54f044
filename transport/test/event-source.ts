/** As much of the browser's `EventSource` as tRPC's subscription link uses, with prompt reconnects. */
export class TestEventSource extends EventTarget {
  static readonly CONNECTING = 0
  static readonly OPEN = 1
  static readonly CLOSED = 2
  readonly CONNECTING = 0
  readonly OPEN = 1
  readonly CLOSED = 2
  readyState = 0
  readonly url: string
  #lastEventId = ''
  readonly #controller = new AbortController()
  readonly #fetch: typeof fetch

  constructor(url: string | URL, init: { fetch?: typeof fetch } = {}) {
    super()
    this.#fetch = init.fetch ?? fetch
    this.url = String(url)
    void this.#run()
  }

  close(): void {
    this.readyState = 2
    this.#controller.abort()
  }

  async #run(): Promise<void> {
    while (this.readyState !== 2) {
      try {
        await this.#connect()
      } catch {
        if (this.#controller.signal.aborted) return
      }
      if (this.readyState === 2) return
      this.readyState = 0
      this.dispatchEvent(new Event('error'))
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  async #connect(): Promise<void> {
    const headers: Record<string, string> = { accept: 'text/event-stream' }
    if (this.#lastEventId !== '') headers['last-event-id'] = this.#lastEventId
    const response = await this.#fetch.call(undefined, this.url, { headers, signal: this.#controller.signal })
    if (!response.ok || !response.headers.get('content-type')?.startsWith('text/event-stream')) {
      this.readyState = 2
      this.dispatchEvent(new Event('error'))
      return
    }
    this.readyState = 1
    this.dispatchEvent(new Event('open'))
    let buffer = ''
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      buffer += chunk
      for (let end = buffer.indexOf('\n\n'); end !== -1; end = buffer.indexOf('\n\n')) {
        this.#dispatch(buffer.slice(0, end))
        buffer = buffer.slice(end + 2)
        if (this.readyState === 2) return
      }
    }
  }

  #dispatch(block: string): void {
    let type = 'message'
    const data: string[] = []
    for (const line of block.split('\n').filter(Boolean)) {
      const colon = line.indexOf(':')
      const field = line.slice(0, colon)
      const value = line.slice(colon + 1).replace(/^ /, '')
      if (field === 'event') type = value
      if (field === 'data') data.push(value)
      if (field === 'id') this.#lastEventId = value
    }
    if (data.length === 0) return
    this.dispatchEvent(new MessageEvent(type, { data: data.join('\n'), lastEventId: this.#lastEventId }))
  }
}
