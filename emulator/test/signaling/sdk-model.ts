export type Description = { type: 'offer' | 'answer' | 'create-offer'; revision: number; sdp: string }

/** What a media line carries in one direction: a track, or nothing. */
type Line = string | null

export type SdkModel = ReturnType<typeof createSdkModel>

/** One peer connection as the SDK and Chromium handle it, as far as descriptions and the tracks in them go. */
export function createSdkModel(name: string, send: (description: Description) => void) {
  let made = 0
  const model = {
    state: 'stable' as 'stable' | 'have-local-offer',
    /** Its browser is asked for an offer, and takes its time. */
    isOffering: false,
    revision: 0,
    stable: 0,
    wishes: 0,
    offered: 0,
    met: 0,
    /** Its latest description, which it repeats when it is back on a new socket. */
    local: null as Description | null,
    /** What a first offer waits for: the answer to its own. */
    queued: null as Description | null,
    /** What it sends on each media line. Lines that were not negotiated yet come last. */
    lines: [] as Line[],
    /** How many lines are negotiated. These are the same for both, and each may send on them. */
    known: 0,
    /** Lines on which it sent nothing at the last negotiation: its next tracks go there. */
    free: [] as number[],
    /** What the other sends, by line: the track that the page was told of, or `null` if it was told of none. */
    received: new Map<number, Line>(),
    /** A description that its browser is applying, and the lines that begin to bring something with it. */
    applying: null as { begun: Set<number>; finish: () => void } | null,

    /** Its tracks that the server has heard of. */
    announced: new Set<Line>(),

    renew() {
      const lines = model.lines.filter((track) => track !== null)
      const fresh = { state: 'stable', isOffering: false, revision: 0, stable: 0, offered: 0, met: 0 }
      Object.assign(model, fresh, { local: null, queued: null, lines, known: 0, free: [], applying: null })
      model.received.clear()
    },

    offer() {
      model.isOffering = true
    },

    finishOffer() {
      if (!model.isOffering) return
      model.isOffering = false
      model.revision++
      model.state = 'have-local-offer'
      model.offered = model.wishes
      say('offer', model.lines)
    },

    publish() {
      // A client knows of a peer connection only once it has offered or been offered to.
      if (model.revision === 0) return
      model.lines[model.free.shift() ?? model.lines.length] = `${name}-track-${++made}`
      model.wishes++
      offerIfNeeded()
    },

    unpublish() {
      const line = model.lines.findIndex((track) => track !== null)
      if (line === -1) return
      // Nobody could know of a track that the server never heard of, and that is gone at just that moment.
      if (model.applying?.begun.has(line) && !model.announced.has(model.lines[line] ?? null)) return
      model.lines[line] = null
      // A bug of Chromium: the page gets no event for what begins on this line.
      if (model.applying?.begun.delete(line)) model.received.set(line, null)
      model.wishes++
      offerIfNeeded()
    },

    hear(description: Description) {
      // One thing after the other: what is being applied, and the offer that may follow from it.
      model.finishOffer()
      model.finishApplying()
      model.finishOffer()
      if (description.type === 'answer') return hearAnswer(description)
      if (description.revision <= model.stable) return
      if (model.state === 'have-local-offer' && (model.stable === 0 || description.type === 'create-offer')) {
        model.queued = description
        return
      }
      model.revision = description.revision
      if (description.type === 'create-offer') model.offer()
      else hearOffer(description)
    },

    /** One of its descriptions has come to the server. */
    arrived(description: Description) {
      for (const track of readLines(description)) model.announced.add(track)
    },

    finishApplying() {
      const { applying } = model
      model.applying = null
      applying?.finish()
    },
  }

  function hearOffer(offer: Description) {
    const wasGlare = model.state === 'have-local-offer'
    model.state = 'stable'
    const lines = readLines(offer)
    const added = lines.slice(model.known).map(() => null)
    model.lines.splice(model.known, 0, ...added)
    model.known += added.length
    apply(lines, () => {
      say('answer', model.lines.slice(0, model.known), readReceived(offer))
      settle()
      if (wasGlare) model.offer()
      else offerIfNeeded()
    })
  }

  function hearAnswer(answer: Description) {
    if (answer.revision !== model.revision || model.state !== 'have-local-offer') return
    model.state = 'stable'
    const lines = readLines(answer)
    model.known = lines.length
    apply(lines, () => {
      settle()
      model.met = model.offered
      const { queued } = model
      model.queued = null
      if (queued) model.hear(queued)
      offerIfNeeded()
    })
  }

  function apply(lines: readonly Line[], next: () => void) {
    const begun = new Set<number>()
    for (const [line, track] of lines.entries()) {
      if (track === null) model.received.delete(line)
      else if (!model.received.has(line)) begun.add(line)
    }
    const finish = () => {
      // The page is told of a track when its line begins to send, and at no other time.
      for (const line of begun) model.received.set(line, lines[line] ?? null)
      next()
    }
    model.applying = { begun, finish }
  }

  function settle() {
    model.stable = model.revision
    model.free = model.lines.slice(0, model.known).flatMap((track, line) => (track === null ? line : []))
  }

  function offerIfNeeded() {
    const isIdle = model.state === 'stable' && model.revision > 0 && model.applying === null
    if (isIdle && model.wishes > model.met) model.offer()
  }

  /** @param received on which lines the other side receives; an answer can send on no others */
  function say(type: 'offer' | 'answer', lines: readonly Line[], received?: readonly boolean[]) {
    const sections = lines.map((track, line) => {
      const direction = track === null || received?.[line] === false ? 'recvonly' : 'sendrecv'
      const attributes = track === null ? [`a=${direction}`] : [`a=msid:- ${track}`, `a=${direction}`]
      return ['m=video 9 UDP/TLS/RTP/SAVPF 96', 'a=rtpmap:96 VP8/90000', `a=mid:${line}`, ...attributes, ''].join(
        '\r\n',
      )
    })
    model.local = { type, revision: model.revision, sdp: `${SESSION}${sections.join('')}` }
    send(model.local)
  }

  return model
}

const SESSION = [
  'v=0',
  'a=ice-ufrag:user',
  'a=ice-pwd:a-password-of-some-length',
  'a=fingerprint:sha-256 00:11',
  '',
].join('\r\n')

function readLines({ sdp }: Description): Line[] {
  const sections = sdp.split(/^(?=m=)/m).slice(1)
  return sections.map((section) =>
    /^a=send(?:recv|only)/m.test(section) ? (/^a=msid:\S+ (\S+)/m.exec(section)?.[1] ?? null) : null,
  )
}

function readReceived({ sdp }: Description): boolean[] {
  const sections = sdp.split(/^(?=m=)/m).slice(1)
  return sections.map((section) => !/^a=(?:sendonly|inactive)/m.test(section))
}
