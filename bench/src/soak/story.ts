import { setTimeout as wait } from 'node:timers/promises'
import type { Emulator } from '@roomkey/emulator'
import type { Twilio } from 'twilio'
import type { Fact } from './fact.ts'
import type { Random } from './random.ts'

export type StoryOptions = {
  emulator: Emulator
  sdk: Twilio
  statusCallback: string
  participants: number
  /** How long a participant stays at most. */
  stayMs: number
  random: Random
  /** Hears of each thing that happens. */
  tell: (fact: Fact) => void
  onRoom: (roomSid: string) => void
}

/** One room: people come, publish and go, and it ends while some are inside. */
export async function playRoom(options: StoryOptions): Promise<void> {
  const { emulator, sdk, statusCallback, participants, stayMs, random, tell, onRoom } = options
  const { sid } = await sdk.video.v1.rooms.create({ statusCallback, emptyRoomTimeout: 60, unusedRoomTimeout: 60 })
  tell(`room-created ${sid}`)
  onRoom(sid)

  async function playParticipant(identity: string, comesAfterMs: number, staysMs: number): Promise<void> {
    await wait(comesAfterMs)
    const bot = await emulator.addBot({ room: sid, identity })
    tell(`participant-connected ${bot.sid}`)
    const track = bot.publish({ kind: 'audio', name: 'mic' })
    tell(`track-added ${track}`)
    await wait(staysMs)
    // Some stay until the end takes them out.
    if (random.next() < 0.8) bot.leave()
    tell(`track-removed ${track}`)
    tell(`participant-disconnected ${bot.sid}`)
  }

  const people = Array.from({ length: participants }, (_, index) =>
    playParticipant(`person ${index}`, random.between(0, stayMs / 2), random.between(stayMs / 4, stayMs / 2)),
  )
  await Promise.all(people)
  await sdk.video.v1.rooms(sid).update({ status: 'completed' })
  tell(`room-ended ${sid}`)
}
