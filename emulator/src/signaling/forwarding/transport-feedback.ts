const TRANSPORT_FEEDBACK = 205
const TRANSPORT_WIDE = 15
/** Arrival times are told in steps of 250 µs, reference times in steps of 64 ms. */
const STEP_MS = 0.25
const REFERENCE_MS = 64
/** A report of more would not fit into a packet that passes everywhere. */
const MAX_PACKETS = 400

/**
 * When a client's packets arrived, by their transport-wide sequence numbers. The client estimates its own uplink from
 * that: a media server need not.
 * Source: draft-holmer-rmcat-transport-wide-cc-extensions-01.
 */
export class TransportFeedback {
  readonly #arrivals = new Map<number, number>()
  /** Unwrapped: sequence numbers have 16 bits, and wrap. */
  #highest: number | null = null
  #reports = 0
  /** The next one to be reported, unwrapped. */
  #base: number | null = null

  /** @param nowMs of any monotonic clock */
  receive(sequence: number, nowMs: number): void {
    const unwrapped =
      this.#highest === null ? sequence : this.#highest + (((sequence - (this.#highest & 0xffff)) << 16) >> 16)
    if (unwrapped < (this.#base ?? 0)) return
    this.#highest = Math.max(this.#highest ?? unwrapped, unwrapped)
    this.#arrivals.set(unwrapped, nowMs)
    this.#base ??= unwrapped
    const [oldest] = this.#arrivals.keys()
    if (this.#arrivals.size > MAX_PACKETS && oldest !== undefined) this.#arrivals.delete(oldest)
  }

  /** How many packets there is something to tell of. */
  get waiting(): number {
    return this.#arrivals.size
  }

  /** A report of what has arrived since the last one; `null` when nothing has. */
  report(ssrc: number, mediaSsrc: number): Buffer | null {
    if (this.#arrivals.size === 0 || this.#highest === null || this.#base === null) return null
    const sequences = [...this.#arrivals.keys()].sort((one, other) => one - other)
    // After a gap that no report can span, what came before is forgotten.
    const base = Math.max(this.#base, this.#highest - MAX_PACKETS + 1)
    const first = sequences.find((sequence) => sequence >= base) ?? base
    const reference = Math.floor((this.#arrivals.get(first) ?? 0) / REFERENCE_MS)
    let last = reference * REFERENCE_MS
    const symbols: number[] = []
    const deltas: number[] = []
    let end = this.#highest
    for (let sequence = base; sequence <= end; sequence++) {
      const arrival = this.#arrivals.get(sequence)
      if (arrival === undefined) {
        symbols.push(0)
        continue
      }
      const delta = Math.round((arrival - last) / STEP_MS)
      if (delta < -32_768 || delta > 32_767) {
        // Out of a delta's range: left to the next report, which has a reference of its own.
        end = sequence - 1
        break
      }
      last += delta * STEP_MS
      symbols.push(delta >= 0 && delta <= 255 ? 1 : 2)
      deltas.push(delta)
    }
    for (const sequence of sequences) if (sequence <= end) this.#arrivals.delete(sequence)
    this.#base = end + 1
    return symbols.length === 0 ? null : this.#format(ssrc, mediaSsrc, base, reference, symbols, deltas)
  }

  #format(
    ssrc: number,
    mediaSsrc: number,
    base: number,
    reference: number,
    symbols: number[],
    deltas: number[],
  ): Buffer {
    // Vectors of two-bit symbols, seven to a chunk.
    const chunks = Math.ceil(symbols.length / 7)
    const deltaBytes = deltas.reduce((sum, delta) => sum + (delta >= 0 && delta <= 255 ? 1 : 2), 0)
    const length = Math.ceil((20 + chunks * 2 + deltaBytes) / 4) * 4
    const packet = Buffer.alloc(length)
    packet[0] = 0x80 | TRANSPORT_WIDE
    packet[1] = TRANSPORT_FEEDBACK
    packet.writeUInt16BE(length / 4 - 1, 2)
    packet.writeUInt32BE(ssrc, 4)
    packet.writeUInt32BE(mediaSsrc, 8)
    packet.writeUInt16BE(base & 0xffff, 12)
    packet.writeUInt16BE(symbols.length, 14)
    packet.writeUIntBE(reference & 0xffffff, 16, 3)
    packet[19] = this.#reports++ & 0xff
    let at = 20
    for (let start = 0; start < symbols.length; start += 7, at += 2) {
      let chunk = 0xc000
      for (let index = 0; index < 7; index++) chunk |= (symbols[start + index] ?? 0) << (12 - index * 2)
      packet.writeUInt16BE(chunk, at)
    }
    for (const delta of deltas) {
      if (delta >= 0 && delta <= 255) packet.writeUInt8(delta, at++)
      else at = packet.writeInt16BE(delta, at)
    }
    return packet
  }
}
