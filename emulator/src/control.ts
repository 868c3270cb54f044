import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { isLocal } from './allowed-hosts.ts'
import type { Bot, BotOptions } from './bot.ts'
import type { Callbacks } from './callbacks/callbacks.ts'
import type { Clock } from './clock.ts'
import type { Credentials } from './credentials.ts'
import { callbackRoutes } from './control-callbacks.ts'
import { parse } from './control-request.ts'
import { TwilioError } from './errors.ts'
import { defineResource } from './rest/wire/resource.ts'
import { notFound, pathParameter } from './rest/wire/request.ts'
import type { State } from './state/index.ts'

const NetworkSchema = z.strictObject({
  participant: z.string().optional(),
  lossPercent: z.number().min(0).max(100).optional(),
  kbps: z.number().min(1).max(10_000_000).optional(),
  delayMs: z.number().min(0).max(60_000).optional(),
  jitterMs: z.number().min(0).max(60_000).optional(),
})

const TranscribeSchema = z.strictObject({
  room: z.string(),
  participant: z.string(),
  text: z.string().max(10_000),
  isPartial: z.boolean().optional(),
  languageCode: z.string().max(32).optional(),
})

/** The parts of an emulator that the control plane acts on. */
export type ControlTarget = {
  readonly state: State
  readonly clock: Clock
  readonly credentials: Credentials
  readonly forwardsMedia: boolean
  readonly callbacks: Callbacks
  addBot(options: BotOptions): Bot
  dropConnections(): void
  network(options: z.infer<typeof NetworkSchema>): void
  transcribe(options: z.infer<typeof TranscribeSchema>): void
  reset(): void
}

const TrackSchema = z.strictObject({ kind: z.enum(['audio', 'video', 'data']), name: z.string() })
const BotSchema = z.strictObject({
  room: z.string(),
  identity: z.string().optional(),
  tracks: z.array(TrackSchema).optional(),
})
const BotUpdateSchema = z.strictObject({
  publish: z.array(TrackSchema).default([]),
  unpublish: z.array(z.string()).default([]),
  enable: z.array(z.string()).default([]),
  disable: z.array(z.string()).default([]),
})
const AdvanceSchema = z.strictObject({
  seconds: z
    .number()
    .min(0)
    .max(10 * 86_400),
})

/** Bots made here, per emulator; more would only be a mistake. */
const MAX_BOTS = 10_000

/**
 * What Twilio does not have: the strings behind the scenes, for test suites in other languages. JSON in and out, only
 * from this machine, and not from a web page: a page cannot send JSON without asking first, and is never allowed to.
 */
export function controlRoutes(app: FastifyInstance, target: ControlTarget): void {
  const bots = new Map<string, Bot>()
  app.addHook('onRequest', async (request) => {
    if (!isLocal(request.socket.remoteAddress ?? '')) notFound(request)
    const type = request.headers['content-type'] ?? ''
    if (request.method !== 'GET' && !type.startsWith('application/json')) throw new TwilioError(20415)
  })
  // A body that says nothing is as good as none.
  app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (_request, body, done) => {
    try {
      done(null, body === '' ? {} : JSON.parse(body))
    } catch {
      done(new TwilioError(20001, 'The body is not JSON'))
    }
  })

  const botOf = (request: FastifyRequest): Bot => bots.get(pathParameter(request, 'sid')) ?? notFound(request)

  defineResource(app, '/', {
    GET: () => ({
      accountSid: target.credentials.accountSid,
      now: new Date(target.clock.now()).toISOString(),
      roomsInProgress: target.state.roomsByName.size,
    }),
  })

  defineResource(app, '/reset', {
    POST: (_request, reply) => {
      target.reset()
      bots.clear()
      return reply.code(204).send()
    },
  })

  callbackRoutes(app, target.callbacks)

  defineResource(app, '/drop-connections', {
    POST: (_request, reply) => {
      target.dropConnections()
      return reply.code(204).send()
    },
  })

  defineResource(app, '/network', {
    POST: (request, reply) => {
      const network = parse(NetworkSchema, request.body)
      if (!target.forwardsMedia)
        throw new TwilioError(20001, 'Only media that are forwarded can be given another network')
      target.network(network)
      return reply.code(204).send()
    },
  })

  defineResource(app, '/transcribe', {
    POST: (request, reply) => {
      target.transcribe(parse(TranscribeSchema, request.body))
      return reply.code(204).send()
    },
  })

  defineResource(app, '/advance-clock', {
    POST: (request) => {
      target.clock.advance(parse(AdvanceSchema, request.body).seconds * 1000)
      return { now: new Date(target.clock.now()).toISOString() }
    },
  })

  defineResource(app, '/bots', {
    POST: (request, reply) => {
      if (bots.size >= MAX_BOTS) forgetDeparted(bots)
      if (bots.size >= MAX_BOTS) throw new TwilioError(20503, 'Too many bots')
      const bot = target.addBot(parse(BotSchema, request.body))
      bots.set(bot.sid, bot)
      return reply.code(201).send(formatBot(bot))
    },
  })

  defineResource(app, '/bots/:sid', {
    GET: (request) => formatBot(botOf(request)),
    POST: (request) => {
      const bot = botOf(request)
      const update = parse(BotUpdateSchema, request.body)
      for (const name of update.unpublish) bot.unpublish(name)
      for (const track of update.publish) bot.publish(track)
      for (const name of update.enable) bot.setEnabled(name, true)
      for (const name of update.disable) bot.setEnabled(name, false)
      return formatBot(bot)
    },
    DELETE: (request, reply) => {
      botOf(request).leave()
      return reply.code(204).send()
    },
  })
}

function forgetDeparted(bots: Map<string, Bot>): void {
  for (const [sid, { status }] of bots) if (status === 'disconnected') bots.delete(sid)
}

function formatBot({ sid, roomSid, identity, status }: Bot): Record<string, unknown> {
  return { sid, roomSid, identity, status }
}
