import { describe, expect, it } from 'vitest'
import { DominantSpeaker } from './dominant-speaker.ts'

describe('DominantSpeaker', () => {
  it('is nobody while nobody speaks', () => {
    const room = createRoom()
    expect(room.addLevels({ alice: 127, bob: 90 }, 20)).toBeNull()
  })

  it('is who speaks, after a moment', () => {
    const room = createRoom()
    expect(room.addLevels({ alice: 20, bob: 127 }, 1)).toBeNull()
    expect(room.addLevels({ alice: 20, bob: 127 }, 2)).toBe('alice')
  })

  it('stays through a short silence, and ends with a long one', () => {
    const room = createRoom()
    room.addLevels({ alice: 20 }, 4)
    expect(room.addLevels({ alice: 127 }, 4)).toBe('alice')
    expect(room.addLevels({ alice: 20 }, 2)).toBe('alice')
    expect(room.addLevels({ alice: 127 }, 30)).toBeNull()
  })

  it('passes to one who is clearly louder, and not to one who is about as loud', () => {
    const room = createRoom()
    room.addLevels({ alice: 30, bob: 127 }, 4)
    expect(room.addLevels({ alice: 30, bob: 28 }, 10)).toBe('alice')
    expect(room.addLevels({ alice: 30, bob: 15 }, 6)).toBe('bob')
  })

  it('passes to another when the first is silent', () => {
    const room = createRoom()
    room.addLevels({ alice: 15, bob: 127 }, 4)
    expect(room.addLevels({ alice: 127, bob: 40 }, 10)).toBe('bob')
  })

  it('is not one who coughs once', () => {
    const room = createRoom()
    room.addLevels({ alice: 30 }, 4)
    room.addLevels({ alice: 30, bob: 20 }, 1)
    expect(room.addLevels({ alice: 30, bob: 127 }, 3)).toBe('alice')
  })

  it('is not alone in being the loudest, where others are as loud', () => {
    const room = createRoom()
    expect(room.speaker.loudest()).toEqual(new Set())
    room.addLevels({ alice: 20, bob: 30, carol: 20 }, 6)
    room.addLevels({ alice: 20, bob: 30, carol: 20, dave: 12 }, 1)
    expect(room.speaker.loudest()).toEqual(new Set(['alice', 'carol', 'dave']))
    room.addLevels({ alice: 127, bob: 127, carol: 127, dave: 127 }, 3)
    expect(room.speaker.loudest()).toEqual(new Set([room.speaker.current]))
  })

  it('ends with the leaving of the speaker', () => {
    const room = createRoom()
    room.addLevels({ alice: 20, bob: 25 }, 4)
    expect(room.speaker.leave('bob')).toBe(false)
    expect(room.speaker.leave('alice')).toBe(true)
    expect(room.speaker.current).toBeNull()
  })
})

function createRoom() {
  const speaker = new DominantSpeaker()
  return {
    speaker,
    /** Everyone is that loud for so many ticks. */
    addLevels(levels: Record<string, number>, ticks: number): string | null {
      for (let tick = 0; tick < ticks; tick++) {
        for (const [sid, level] of Object.entries(levels)) {
          for (let packet = 0; packet < 25; packet++) speaker.addPacket(sid, level)
        }
        speaker.tick()
      }
      return speaker.current
    },
  }
}
