import type { Attendance, Presence, RoomEvent, RoomSid } from '@roomkey/shared'
import { toAttendance, toPresent } from '../../events/attendance.ts'
import type { EventLog } from '../../store/event-log.ts'
import type { Store } from '../../store/store.ts'

/** Events read at a time. */
const PAGE = 1000

/** Who was in a room, by its log. */
export async function readAttendance(store: Store, roomSid: RoomSid): Promise<Attendance> {
  const { eventLog } = await store.open()
  const visits = await readVisits(eventLog, roomSid)
  return { roomSid, ...toAttendance(visits, Date.now()), prunedUpTo: await findPrunedUpTo(eventLog, roomSid) }
}

/** Up to which id a room's events are gone; asked for after they were read, so that none is missing without a word. */
export async function findPrunedUpTo(log: EventLog, roomSid: RoomSid): Promise<string | null> {
  const [pruned] = await log.findPruned(0, [roomSid])
  return pruned === undefined ? null : String(pruned.lastId)
}

/** Who is in a room, by its log. */
export async function readPresence(store: Store, roomSid: RoomSid): Promise<Presence> {
  const { eventLog } = await store.open()
  // Asked first: what comes meanwhile is then told by both, and missed by none.
  const lastEventId = String(await eventLog.findLastId())
  return { roomSid, participants: toPresent(await readVisits(eventLog, roomSid)), lastEventId }
}

async function readVisits(log: EventLog, roomSid: string): Promise<RoomEvent[]> {
  const events: RoomEvent[] = []
  let cursor: string | undefined
  do {
    // Page by page on purpose: where one begins is in the one before.
    const page = await log.list(
      roomSid,
      ['room-created', 'room-ended', 'participant-connected', 'participant-disconnected'],
      { limit: PAGE, cursor },
    )
    events.push(...page.items)
    cursor = page.nextCursor ?? undefined
  } while (cursor !== undefined)
  return events
}
