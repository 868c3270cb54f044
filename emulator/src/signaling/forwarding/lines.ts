import { acceptCodecs, acceptExtensions, defaultSection } from './codecs.ts'
import {
  isReceiving,
  isSending,
  toDirection,
  type ApplicationSection,
  type Codec,
  type Description,
  type Extension,
  type MediaKind,
  type MediaSection,
  type Section,
} from './description.ts'

/** A track that is sent to the client. */
export type Outgoing = {
  readonly kind: MediaKind
  readonly trackId: string
  readonly streamId: string
  readonly ssrc: number
  readonly rtxSsrc: number
}

type MediaLine = {
  readonly kind: MediaKind
  readonly mid: string
  /** What the client last said of this line; `null` while it has not seen it. */
  client: MediaSection | null
  outgoing: Outgoing | null
  /** Whether `outgoing` ends with the next description. */
  isWithdrawn: boolean
  /** What the last description said is sent. */
  described: Outgoing | null
  /** Whether the client has agreed to `outgoing`. */
  isAgreed: boolean
}

type ApplicationLine = { readonly kind: 'application'; readonly mid: string; client: ApplicationSection | null }
type Line = MediaLine | ApplicationLine

/** What the client sends on a line. */
export type Incoming = { mid: string; section: MediaSection; codecs: Codec[] }
/** What the client receives on a line, now that it has agreed. */
export type Agreed = { outgoing: Outgoing; codecs: readonly Codec[]; extensions: readonly Extension[] }

/**
 * The m-lines of one client's peer connection. Each carries a track in either direction, independently: the SDK reuses
 * lines of the server's for its own tracks. A line goes to another track only after a description in which it carried
 * none, for only then do browsers announce the new one.
 */
export class Lines {
  readonly #lines: Line[] = []
  readonly #wanted = new Map<string, Outgoing>()
  readonly #roomCodecs: readonly string[]
  /** What the client last offered for each kind: all it can do. */
  readonly #abilities = new Map<MediaKind, MediaSection>()
  #wantsApplication = false
  #nextMid = 0

  /** @param roomCodecs the video codecs that the room allows */
  constructor(roomCodecs: readonly string[]) {
    this.#roomCodecs = roomCodecs
  }

  /** Sends a track from the next description on. */
  add(outgoing: Outgoing): void {
    this.#wanted.set(outgoing.trackId, outgoing)
  }

  /** Ends a track with the next description. */
  remove(trackId: string): void {
    this.#wanted.delete(trackId)
    for (const line of this.#media()) {
      if (line.outgoing?.trackId !== trackId || line.isWithdrawn) continue
      line.isWithdrawn = true
      line.isAgreed = false
    }
  }

  /** There is to be a line for data channels. */
  wantApplication(): void {
    this.#wantsApplication = true
  }

  /** Whether the client has to be offered something. */
  get needsOffer(): boolean {
    const placed = new Set(this.#media().map(({ outgoing, isWithdrawn }) => (isWithdrawn ? null : outgoing?.trackId)))
    if ([...this.#wanted.keys()].some((trackId) => !placed.has(trackId))) return true
    if (this.#media().some(({ outgoing, isAgreed }) => outgoing !== null && !isAgreed)) return true
    return this.#wantsApplication && !this.#lines.some(({ kind }) => kind === 'application')
  }

  /** Takes a client's offer. @returns its answer's sections, or `null` when the offer contradicts earlier ones */
  answer({ sections }: Description): Section[] | null {
    if (!this.#fits(sections) || sections.length < this.#lines.length) return null
    for (const section of sections.slice(this.#lines.length)) {
      if (section.kind === 'application') this.#lines.push({ kind: 'application', mid: section.mid, client: section })
      else this.#lines.push(createMediaLine(section.kind, section.mid))
    }
    this.#apply(sections)
    for (const section of sections) if (section.kind !== 'application') this.#abilities.set(section.kind, section)
    this.#place(({ client }) => client !== null && isReceiving(client.direction))
    const answer = this.#lines.map((line) => this.#describe(line, true))
    this.#agree()
    return answer
  }

  /** The sections of an offer that brings the client up to date. */
  offer(): Section[] {
    this.#place(() => true)
    for (const outgoing of this.#unplaced()) {
      const line = createMediaLine(outgoing.kind, this.#createMid())
      line.outgoing = outgoing
      this.#lines.push(line)
    }
    if (this.#wantsApplication && !this.#lines.some(({ kind }) => kind === 'application')) {
      this.#lines.push({ kind: 'application', mid: this.#createMid(), client: null })
    }
    return this.#lines.map((line) => this.#describe(line, false))
  }

  /** Takes the client's answer to the last offer. @returns whether it was one */
  accept({ sections }: Description): boolean {
    if (!this.#fits(sections) || sections.length !== this.#lines.length) return false
    this.#apply(sections)
    this.#agree()
    return true
  }

  /** The client has answered the last offer, but its answer was lost; what it holds comes with its next offer. */
  assumeAccepted(): void {
    this.#agree()
  }

  /** What the client sends, and has been accepted. */
  incoming(): Incoming[] {
    return this.#media().flatMap(({ mid, client: section }) => {
      if (section === null || section.isRejected || !isSending(section.direction) || section.trackId === null) return []
      const codecs = acceptCodecs(section, this.#roomCodecs)
      return codecs.length > 0 ? [{ mid, section, codecs }] : []
    })
  }

  /** What may be sent to the client now. */
  agreed(): Agreed[] {
    return this.#media().flatMap(({ client, outgoing, isWithdrawn, isAgreed }) =>
      outgoing !== null && !isWithdrawn && isAgreed && client !== null && isReceiving(client.direction)
        ? [{ outgoing, codecs: client.codecs, extensions: client.extensions }]
        : [],
    )
  }

  /** The ids of header extensions, which are the same on all lines of one connection. */
  extensionIds(): Map<string, number> {
    const ids = new Map<string, number>()
    for (const { client } of this.#media()) for (const { uri, id } of client?.extensions ?? []) ids.set(uri, id)
    return ids
  }

  get sctpPort(): number | null {
    const line = this.#lines.find((each) => each.kind === 'application')
    return line?.kind === 'application' && line.client && !line.client.isRejected ? line.client.sctpPort : null
  }

  #media(): MediaLine[] {
    return this.#lines.filter((line): line is MediaLine => line.kind !== 'application')
  }

  #fits(sections: readonly Section[]): boolean {
    return this.#lines.every(({ kind, mid }, index) => sections[index]?.kind === kind && sections[index]?.mid === mid)
  }

  #apply(sections: readonly Section[]): void {
    for (const [index, line] of this.#lines.entries()) {
      const section = sections[index]
      if (line.kind === 'application') line.client = section?.kind === 'application' ? section : null
      else line.client = section === undefined || section.kind === 'application' ? null : section
      this.#noteMid(line.mid)
    }
  }

  /** Both sides have seen the same: what ended is gone, and its line free. */
  #agree(): void {
    for (const line of this.#media()) {
      // A track that was withdrawn while its offer was open ends with the next one.
      const hasEnded = line.isWithdrawn && line.described === null
      if (hasEnded || line.client?.isRejected) line.outgoing = null
      if (line.outgoing === null) line.isWithdrawn = false
      line.isAgreed = line.outgoing !== null && !line.isWithdrawn && line.described === line.outgoing
    }
  }

  /** Puts tracks on lines that carry nothing in either direction. */
  #place(isUsable: (line: MediaLine) => boolean): void {
    for (const outgoing of this.#unplaced()) {
      const line = this.#media().find((each) => each.kind === outgoing.kind && isFree(each) && isUsable(each))
      if (!line) continue
      line.outgoing = outgoing
      line.isAgreed = false
    }
  }

  #unplaced(): Outgoing[] {
    const placed = new Set(this.#media().map(({ outgoing, isWithdrawn }) => (isWithdrawn ? null : outgoing?.trackId)))
    return [...this.#wanted.values()].filter(({ trackId }) => !placed.has(trackId))
  }

  #describe(line: Line, isAnswer: boolean): Section {
    if (line.kind === 'application') {
      return { kind: 'application', mid: line.mid, isRejected: line.client?.isRejected ?? false, sctpPort: 5000 }
    }
    const { kind, mid, client, isWithdrawn } = line
    const outgoing = isWithdrawn ? null : line.outgoing
    const isReceived = client !== null && isSending(client.direction)
    const sends = outgoing !== null && (!isAnswer || (client !== null && isReceiving(client.direction)))
    const { codecs, extensions } = this.#negotiate(line, isAnswer || isReceived)
    line.described = sends ? outgoing : null
    return {
      kind,
      mid,
      isRejected: client?.isRejected === true || codecs.length === 0,
      direction: toDirection(sends, isReceived),
      codecs,
      extensions,
      trackId: sends ? outgoing.trackId : null,
      streamId: sends ? outgoing.streamId : null,
      sources: sends ? [{ ssrc: outgoing.ssrc, rtxSsrc: kind === 'video' ? outgoing.rtxSsrc : null }] : [],
    }
  }

  /**
   * What a line may carry. Where the client only receives, it is offered all that it offered itself, whether or not it is
   * ever sent: Chromium makes its video receivers anew when that changes, and then waits for a keyframe.
   */
  #negotiate(line: MediaLine, isStrict: boolean): { codecs: Codec[]; extensions: Extension[] } {
    const known = isStrict
      ? (line.client ?? this.#abilities.get(line.kind))
      : (this.#abilities.get(line.kind) ?? line.client)
    if (!known) return this.#restrict(line.kind, defaultSection(line.kind))
    if (line.kind === 'video' && !isStrict) return this.#restrict(line.kind, known)
    return { codecs: acceptCodecs(known, this.#roomCodecs), extensions: acceptExtensions(known.extensions) }
  }

  #restrict(kind: MediaKind, { codecs, extensions }: { codecs: Codec[]; extensions: Extension[] }) {
    if (kind === 'audio' || this.#roomCodecs.length > 1) return { codecs, extensions }
    const allowed = acceptCodecs({ ...EMPTY, kind, codecs }, this.#roomCodecs)
    return { codecs: allowed, extensions }
  }

  #createMid(): string {
    return String(this.#nextMid++)
  }

  /** Browsers count mids up as well; those they have used are taken. */
  #noteMid(mid: string): void {
    if (/^\d{1,9}$/.test(mid)) this.#nextMid = Math.max(this.#nextMid, Number(mid) + 1)
  }
}

const EMPTY = {
  mid: '',
  isRejected: false,
  direction: 'inactive',
  extensions: [],
  trackId: null,
  streamId: null,
  sources: [],
} satisfies Partial<MediaSection>

function createMediaLine(kind: MediaKind, mid: string): MediaLine {
  return { kind, mid, client: null, outgoing: null, isWithdrawn: false, described: null, isAgreed: false }
}

function isFree({ client, outgoing }: MediaLine): boolean {
  return outgoing === null && client !== null && !client.isRejected && !isSending(client.direction)
}
