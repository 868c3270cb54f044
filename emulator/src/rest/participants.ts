import type { FastifyInstance } from 'fastify'
import { TwilioError } from '../errors.ts'
import {
  anonymizeParticipant,
  disconnectParticipant,
  isSubscribed,
  setSubscribeRules,
  subscribedTracks,
  type Participant,
  type Room,
  type Rule,
  type State,
  type Track,
} from '../state/index.ts'
import { createdWithin, DATE_FIELDS } from './wire/date-filter.ts'
import {
  formatAnonymizedParticipant,
  formatParticipant,
  formatPublishedTrack,
  formatSubscribedTrack,
  formatSubscribeRules,
} from './wire/format.ts'
import { field, parseFields } from './wire/input.ts'
import { formatPage } from './wire/page.ts'
import { baseUrl, formOf, notFound, participantOf, pathParameter, queryOf, roomOf } from './wire/request.ts'
import { defineResource } from './wire/resource.ts'
import { SubscribeRulesSchema } from './wire/rules.ts'

/** Participants, what they publish and what they receive. Source: Twilio "Participants resource" and its subresources. */
export function participantRoutes(app: FastifyInstance, state: State): void {
  defineResource(app, '/Rooms/:room/Participants', {
    GET: (request) => {
      const room = roomOf(request, state)
      const filters = parseFields(queryOf(request), LIST_FIELDS)
      const items = listParticipants(room, filters.Status)
        .filter(({ identity }) => filters.Identity === undefined || identity === filters.Identity)
        .filter(createdWithin(filters))
      const format = (participant: Participant) => formatParticipant(baseUrl(request), participant)
      return formatPage(request, { key: 'participants', items, format })
    },
  })

  defineResource(app, '/Rooms/:room/Participants/:participant', {
    GET: (request) => formatParticipant(baseUrl(request), participantOf(request, state)),
    POST: (request, reply) => {
      const participant = participantOf(request, state)
      const { Status } = parseFields(formOf(request), { Status: field.oneOf(['disconnected'], 53209) })
      if (Status === undefined) throw new TwilioError(53209)
      disconnectParticipant(state, participant, 'removed')
      return reply.code(202).send(formatParticipant(baseUrl(request), participant))
    },
  })

  defineResource(app, '/Rooms/:room/Participants/:participant/Anonymize', {
    POST: (request) => {
      const participant = participantOf(request, state)
      anonymizeParticipant(state, participant)
      return formatAnonymizedParticipant(baseUrl(request), participant)
    },
  })

  defineResource(app, '/Rooms/:room/Participants/:participant/PublishedTracks', {
    GET: (request) =>
      formatPage(request, {
        key: 'published_tracks',
        items: [...participantOf(request, state).tracks.values()].toReversed(),
        format: (track) => formatPublishedTrack(baseUrl(request), track),
      }),
  })

  defineResource(app, '/Rooms/:room/Participants/:participant/PublishedTracks/:track', {
    GET: (request) => {
      const { tracks, tracksByName } = participantOf(request, state)
      const nameOrSid = pathParameter(request, 'track')
      const track = tracks.get(nameOrSid) ?? tracksByName.get(nameOrSid) ?? notFound(request)
      return formatPublishedTrack(baseUrl(request), track)
    },
  })

  defineResource(app, '/Rooms/:room/Participants/:participant/SubscribedTracks', {
    GET: (request) => {
      const subscriber = participantOf(request, state)
      return formatPage(request, {
        key: 'subscribed_tracks',
        items: subscribedTracks(subscriber).toReversed(),
        format: (track) => formatSubscribedTrack(baseUrl(request), subscriber, track),
      })
    },
    // Gone from Twilio's documentation, but not from its own test suite.
    POST: (request, reply) => {
      const subscriber = participantOf(request, state)
      const { Track = '', Status } = parseFields(formOf(request), SUBSCRIBE_FIELDS)
      if (Status === undefined) throw new TwilioError(20001, 'Invalid Status')
      const track = findTrack(subscriber, Track) ?? notFound(request)
      const rule: Rule = { type: Status === 'subscribe' ? 'include' : 'exclude', track: track.sid }
      const others = subscriber.subscribeRules.filter((other) => other.track !== track.sid)
      setSubscribeRules(state, subscriber, [...others, rule])
      return reply.code(202).send(formatSubscribedTrack(baseUrl(request), subscriber, track))
    },
  })

  // By SID only: on this side names are not unique.
  defineResource(app, '/Rooms/:room/Participants/:participant/SubscribedTracks/:track', {
    GET: (request) => {
      const subscriber = participantOf(request, state)
      const track = subscriber.room.tracks.get(pathParameter(request, 'track'))
      if (!track || subscriber.status === 'disconnected' || !isSubscribed(subscriber, track)) return notFound(request)
      return formatSubscribedTrack(baseUrl(request), subscriber, track)
    },
  })

  defineResource(app, '/Rooms/:room/Participants/:participant/SubscribeRules', {
    GET: (request) => formatSubscribeRules(participantOf(request, state)),
    POST: (request) => {
      const participant = participantOf(request, state)
      const { Rules } = parseFields(formOf(request), { Rules: field.json(53215, SubscribeRulesSchema) })
      if (Rules === undefined) throw new TwilioError(53215)
      if (participant.status === 'disconnected') return notFound(request)
      setSubscribeRules(state, participant, Rules)
      return formatSubscribeRules(participant)
    },
  })
}

const LIST_FIELDS = {
  Status: field.oneOf(['connected', 'reconnecting', 'disconnected']),
  Identity: field.text(),
  ...DATE_FIELDS,
}

const SUBSCRIBE_FIELDS = { Track: field.text(), Status: field.oneOf(['subscribe', 'unsubscribe']) }

/** A track of another, by SID or else by name. */
function findTrack(subscriber: Participant, nameOrSid: string): Track | undefined {
  const others = [...subscriber.room.tracks.values()].filter(({ publisher }) => publisher !== subscriber)
  return others.find(({ sid }) => sid === nameOrSid) ?? others.find(({ name }) => name === nameOrSid)
}

/** Newest first. Unless a status is asked for: those inside, or those who were when the room ended. */
function listParticipants(room: Room, status: Participant['status'] | undefined): Participant[] {
  if (status === undefined && room.status === 'in-progress') return [...room.connected.values()].toReversed()
  const wanted = status ?? 'disconnected'
  return [...room.participants.values()].toReversed().filter((participant) => participant.status === wanted)
}
