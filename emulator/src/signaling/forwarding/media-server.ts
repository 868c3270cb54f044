import { openMediaSocket, type MediaSocket, type MediaSocketOptions } from './media-socket.ts'
import { NetworkSettings } from './network-settings.ts'
import { parseBindingRequest, type Address, type BindingRequest } from './stun-message.ts'

export type MediaServerOptions = MediaSocketOptions

/** What a media server does with time: often enough for lost packets to be asked for. */
const TICK_MS = 20

/** One client's end of the media. */
export type MediaEndpoint = {
  receive(datagram: Buffer): void
  receiveCheck(request: BindingRequest, source: Address): void
}

/** A part of the media server that has work to do at each tick. */
export type Ticker = { tick(nowMs: number): void }

/** One emulator's media server: its UDP port, opened for the first client that needs it, and whose packet is whose. */
export class MediaServer {
  readonly network = new NetworkSettings()
  readonly #options: MediaServerOptions
  readonly #byUfrag = new Map<string, MediaEndpoint>()
  readonly #byAddress = new Map<string, MediaEndpoint>()
  readonly #tickers = new Set<Ticker>()
  #opening: Promise<MediaSocket> | null = null
  #socket: MediaSocket | null = null
  #ticking: NodeJS.Timeout | null = null
  #isClosed = false

  constructor(options: MediaServerOptions = {}) {
    this.#options = options
  }

  /** The port and the addresses, once they are known. @throws when no port is free */
  async open(): Promise<MediaSocket> {
    this.#opening ??= this.#open()
    try {
      return await this.#opening
    } catch (error) {
      // The next client may have more luck.
      this.#opening = null
      throw error
    }
  }

  send(message: Buffer, address: Address): void {
    if (!this.#isClosed) this.#socket?.send(message, address)
  }

  addUfrag(ufrag: string, endpoint: MediaEndpoint): void {
    this.#byUfrag.set(ufrag, endpoint)
  }

  removeUfrag(ufrag: string): void {
    this.#byUfrag.delete(ufrag)
  }

  addAddress(address: Address, endpoint: MediaEndpoint): void {
    this.#byAddress.set(keyOf(address), endpoint)
  }

  /** Forgets an address, unless another client has it by now. */
  removeAddress(address: Address, endpoint: MediaEndpoint): void {
    if (this.#byAddress.get(keyOf(address)) === endpoint) this.#byAddress.delete(keyOf(address))
  }

  /** Begins to tick for someone. */
  addTicker(ticker: Ticker): void {
    this.#tickers.add(ticker)
    this.#ticking ??= setInterval(() => {
      const now = performance.now()
      for (const each of this.#tickers) each.tick(now)
    }, TICK_MS).unref()
  }

  removeTicker(ticker: Ticker): void {
    this.#tickers.delete(ticker)
    if (this.#tickers.size > 0 || this.#ticking === null) return
    clearInterval(this.#ticking)
    this.#ticking = null
  }

  close(): void {
    this.#isClosed = true
    if (this.#ticking !== null) clearInterval(this.#ticking)
    this.#tickers.clear()
    this.#socket?.close()
  }

  async #open(): Promise<MediaSocket> {
    const socket = await openMediaSocket(this.#options)
    this.#socket = socket
    socket.onMessage((message, source) => this.#receive(message, source))
    if (this.#isClosed) socket.close()
    return socket
  }

  #receive(message: Buffer, source: Address): void {
    // RFC 7983: 0–3 is STUN.
    if ((message[0] ?? 255) > 3) return this.#byAddress.get(keyOf(source))?.receive(message)
    const request = parseBindingRequest(message)
    if (request !== null) this.#byUfrag.get(request.localUfrag)?.receiveCheck(request, source)
  }
}

function keyOf({ address, port }: Address): string {
  return `${address} ${port}`
}
