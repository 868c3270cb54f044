/**
 * Fills one emulator with 1,000 rooms of four bots each, empties it, and prints what that took, as JSON:
 * `node --expose-gc emulator/test/browser/crowd.ts`.
 */
import { createEmulator, type Bot } from '../../src/index.ts'

export type Crowd = {
  /** Megabytes of heap after garbage collection: before, with everyone in, and after everyone has left. */
  before: number
  full: number
  after: number
  /** Milliseconds that the first and the last hundred rooms took to fill. */
  firstHundred: number
  lastHundred: number
}

const rooms = 1000
const identities = ['ann', 'ben', 'cleo', 'dan']
const tracks = [
  { kind: 'audio', name: 'voice' },
  { kind: 'video', name: 'camera' },
] as const
/** Past the time after which an empty room is completed. */
const anHour = 3_600_000

const emulator = await createEmulator()

async function fill(): Promise<{ bots: Bot[]; firstHundred: number; lastHundred: number }> {
  const bots: Bot[] = []
  const marks: number[] = []
  for (let room = 0; room < rooms; room += 1) {
    marks.push(performance.now())
    for (const identity of identities) bots.push(await emulator.addBot({ room: `room ${room}`, identity, tracks }))
  }
  const took = (from: number, to: number) => Math.round((marks[to] ?? performance.now()) - (marks[from] ?? 0))
  return { bots, firstHundred: took(0, 100), lastHundred: took(rooms - 100, rooms) }
}

function empty(bots: Bot[]): void {
  for (const bot of bots) bot.leave()
  emulator.advanceClock(anHour)
}

function heapMegabytes(): number {
  globalThis.gc?.()
  return Math.round((process.memoryUsage().heapUsed / 2 ** 20) * 10) / 10
}

// Three rounds fill the memory of the past, which is bounded and meant to stay.
for (let round = 0; round < 3; round += 1) empty((await fill()).bots)
const before = heapMegabytes()
const { bots, firstHundred, lastHundred } = await fill()
const full = heapMegabytes()
empty(bots.splice(0))
const crowd: Crowd = { before, full, after: heapMegabytes(), firstHundred, lastHundred }
await emulator.close()
process.stdout.write(`${JSON.stringify(crowd)}\n`)
