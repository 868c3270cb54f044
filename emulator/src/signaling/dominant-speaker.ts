/** Quieter than this, in decibels below the loudest possible, is no speech. */
const SPEECH_DB = -50
/** Who takes over must be this much louder than who has the floor. */
const LEAD_DB = 6
/** For how many looks in a row they must be so. */
const LOOKS_TO_WIN = 2
/** After how many looks of silence nobody has the floor. */
const LOOKS_TO_LOSE = 6

type Voice = { power: number; packets: number; loudness: number; leads: number }

/** Decides who is speaking from the loudness of everyone's audio packets. */
export class DominantSpeaker {
  /** `null` while nobody speaks. */
  current: string | null = null
  readonly #voices = new Map<string, Voice>()
  #silentLooks = 0

  /** Notes one packet; `decibelsBelowFull` is 0 to 127, which is silence. */
  hear(participantSid: string, decibelsBelowFull: number): void {
    const voice = this.#voices.get(participantSid) ?? { power: 0, packets: 0, loudness: 0, leads: 0 }
    voice.power += decibelsBelowFull >= 127 ? 0 : 10 ** (-decibelsBelowFull / 10)
    voice.packets++
    this.#voices.set(participantSid, voice)
  }

  /** @returns whether another has the floor now */
  leave(participantSid: string): boolean {
    this.#voices.delete(participantSid)
    return this.#give(this.current === participantSid ? null : this.current)
  }

  /** To be called about twice a second. @returns whether another has the floor now */
  look(): boolean {
    for (const voice of this.#voices.values()) {
      const power = voice.packets === 0 ? 0 : voice.power / voice.packets
      // Words have gaps: what was heard before still counts a little.
      voice.loudness = voice.loudness / 4 + (power * 3) / 4
      voice.power = voice.packets = 0
    }
    const holder = this.#voices.get(this.current ?? '')
    const holding = holder && toDecibels(holder.loudness) >= SPEECH_DB ? holder : undefined
    this.#silentLooks = holding ? 0 : this.#silentLooks + 1

    const threshold = holding ? toDecibels(holding.loudness) + LEAD_DB : SPEECH_DB
    let winner: string | null = null
    let loudest = threshold
    for (const [sid, voice] of this.#voices) {
      if (voice === holder) continue
      const decibels = toDecibels(voice.loudness)
      voice.leads = decibels >= threshold ? voice.leads + 1 : 0
      if (voice.leads < LOOKS_TO_WIN || decibels < loudest) continue
      winner = sid
      loudest = decibels
    }
    if (winner !== null) return this.#give(winner)
    return this.#give(this.#silentLooks >= LOOKS_TO_LOSE ? null : this.current)
  }

  #give(participantSid: string | null): boolean {
    const isAnother = this.current !== participantSid
    this.current = participantSid
    if (isAnother) {
      this.#silentLooks = 0
      for (const voice of this.#voices.values()) voice.leads = 0
    }
    return isAnother
  }
}

function toDecibels(power: number): number {
  return power <= 0 ? -Infinity : 10 * Math.log10(power)
}
