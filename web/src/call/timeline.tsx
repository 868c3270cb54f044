import { useRoomEvents } from '@roomkey/client/react'
import { useNames } from '../display-name.ts'
import { TIMELINE_TYPES, timelineMessage } from '../messages/timeline-messages.ts'
import { useEventsClient } from '../people-inside.ts'
import './timeline.css'

const TIME = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' })

/** What happened in a room, and goes on happening: who came and went, and when. */
export function Timeline({ roomSid, invite }: { roomSid: string; invite: string | null }) {
  const client = useEventsClient(invite)
  useNames()
  const { events, prunedUpTo } = useRoomEvents(roomSid, {
    types: TIMELINE_TYPES,
    lastEventId: '0',
    limit: 200,
    client,
  })
  // An event may be told of late: it stands where it happened.
  const told = events.toSorted((a, b) => a.at.localeCompare(b.at) || (a.sequenceNumber ?? 0) - (b.sequenceNumber ?? 0))
  if (told.length === 0 && prunedUpTo === null) return null
  return (
    <section className="timeline" aria-labelledby="timeline-title">
      <h2 id="timeline-title">What happened</h2>
      {prunedUpTo !== null && <p className="timeline-pruned">What was before is no longer kept.</p>}
      {told.length > 0 && (
        // Scrolls by itself: reachable by the keyboard.
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        <ol className="timeline-events" tabIndex={0} aria-labelledby="timeline-title">
          {told.map((event) => (
            <li key={event.id}>
              <time dateTime={event.at}>{TIME.format(new Date(event.at))}</time>
              <span>{timelineMessage(event)}</span>
            </li>
          ))}
        </ol>
      )}
    </section>
  )
}
