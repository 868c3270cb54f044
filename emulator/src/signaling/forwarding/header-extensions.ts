import { EXTENSIONS } from './codecs.ts'
import type { Extension } from './description.ts'
import type { HeaderExtension } from './rtp-packet.ts'

/** What says something about the media; the others are between one client and the server. */
const FORWARDED: ReadonlySet<string> = new Set([EXTENSIONS.audioLevel, EXTENSIONS.orientation])
/** The longest that the one-byte form holds. */
const MAX_LENGTH = 16

/** Says the header extensions of one client's packets in another client's terms. */
export class ExtensionTranslator {
  readonly #ids: ReadonlyMap<number, number>
  readonly #sendTimeId: number | undefined

  constructor(from: readonly Extension[], to: readonly Extension[]) {
    const wanted = new Map(to.map(({ uri, id }) => [uri, id]))
    this.#sendTimeId = wanted.get(EXTENSIONS.sendTime)
    this.#ids = new Map(
      from.flatMap(({ uri, id }) => {
        const known = FORWARDED.has(uri) ? wanted.get(uri) : undefined
        return known === undefined ? [] : [[id, known] as const]
      }),
    )
  }

  translate(extensions: readonly HeaderExtension[]): HeaderExtension[] {
    const translated: HeaderExtension[] = []
    for (const { id, value } of extensions) {
      const known = this.#ids.get(id)
      if (known !== undefined && value.length >= 1 && value.length <= MAX_LENGTH) translated.push({ id: known, value })
    }
    return translated
  }

  /** Adds when a packet is sent, for the receiver's estimate of its bandwidth. */
  stamp(extensions: readonly HeaderExtension[]): readonly HeaderExtension[] {
    if (this.#sendTimeId === undefined) return extensions
    // 24 bits, of which 18 are the fraction of a second.
    const value = Buffer.allocUnsafe(3)
    value.writeUIntBE(Math.floor((performance.now() / 1000) * 2 ** 18) & 0xffffff, 0, 3)
    return [...extensions, { id: this.#sendTimeId, value }]
  }
}
