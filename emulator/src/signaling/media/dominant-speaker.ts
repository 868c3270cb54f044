/** Quieter than this, in decibels below the loudest possible, is no speech. */
const SPEECH_DB = -50
/** A participant must be this much louder than the dominant speaker to replace them. */
const LEAD_DB = 6
/** Who is less quieter than this is as loud. */
const EQUAL_DB = 1
/** For how many ticks in a row. */
const TICKS_TO_WIN = 2
/** After how many silent ticks there is no dominant speaker. */
const TICKS_TO_LOSE = 6

type Level = { power: number; packets: number; loudness: number; leads: number }

/** Decides who is speaking from the loudness of everyone's audio packets. */
export class DominantSpeaker {
  /** `null` while nobody speaks. */
  current: string | null = null
  readonly #levels = new Map<string, Level>()
  #silentTicks = 0

  /** Notes one packet; `decibelsBelowFull` is 0 to 127, which is silence. */
  addPacket(participantSid: string, decibelsBelowFull: number): void {
    const level = this.#levels.get(participantSid) ?? { power: 0, packets: 0, loudness: 0, leads: 0 }
    level.power += decibelsBelowFull >= 127 ? 0 : 10 ** (-decibelsBelowFull / 10)
    level.packets++
    this.#levels.set(participantSid, level)
  }

  /** Those whom nobody is louder than: the dominant speaker, and whoever is as loud right now. */
  loudest(): ReadonlySet<string> {
    if (this.current === null) return new Set()
    const dominant = toDecibels(this.#levels.get(this.current)?.loudness ?? 0)
    const threshold = Math.max(SPEECH_DB, dominant - EQUAL_DB)
    const loud = [...this.#levels].filter(([, { loudness }]) => toDecibels(loudness) >= threshold)
    return new Set([this.current, ...loud.map(([sid]) => sid)])
  }

  /** @returns whether the dominant speaker changed */
  leave(participantSid: string): boolean {
    this.#levels.delete(participantSid)
    return this.#setCurrent(this.current === participantSid ? null : this.current)
  }

  /** To be called about twice a second. @returns whether the dominant speaker changed */
  tick(): boolean {
    for (const level of this.#levels.values()) {
      const power = level.packets === 0 ? 0 : level.power / level.packets
      // Words have gaps: the level before still counts a little.
      level.loudness = level.loudness / 4 + (power * 3) / 4
      level.power = level.packets = 0
    }
    const holder = this.#levels.get(this.current ?? '')
    const holding = holder && toDecibels(holder.loudness) >= SPEECH_DB ? holder : undefined
    this.#silentTicks = holding ? 0 : this.#silentTicks + 1

    const threshold = holding ? toDecibels(holding.loudness) + LEAD_DB : SPEECH_DB
    let winner: string | null = null
    let loudest = threshold
    for (const [sid, level] of this.#levels) {
      if (level === holder) continue
      const decibels = toDecibels(level.loudness)
      level.leads = decibels >= threshold ? level.leads + 1 : 0
      if (level.leads < TICKS_TO_WIN || decibels < loudest) continue
      winner = sid
      loudest = decibels
    }
    if (winner !== null) return this.#setCurrent(winner)
    return this.#setCurrent(this.#silentTicks >= TICKS_TO_LOSE ? null : this.current)
  }

  #setCurrent(participantSid: string | null): boolean {
    const isChanged = this.current !== participantSid
    this.current = participantSid
    if (isChanged) {
      this.#silentTicks = 0
      for (const level of this.#levels.values()) level.leads = 0
    }
    return isChanged
  }
}

function toDecibels(power: number): number {
  return power <= 0 ? -Infinity : 10 * Math.log10(power)
}
