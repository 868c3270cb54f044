import { z } from 'zod'

const FigureSchema = z.number().nullish().catch(null)
const SendSchema = z.object({ bitrate: FigureSchema, rtt: FigureSchema }).nullish().catch(null)
const ReceiveSchema = z
  .object({ bitrate: FigureSchema, fractionLost: FigureSchema, jitter: FigureSchema })
  .nullish()
  .catch(null)
const MediaSchema = z.object({ send: SendSchema, recv: ReceiveSchema }).nullish().catch(null)

/** What a client measured on its first peer connection. Round trips and jitter in seconds, losses as fractions. */
export const QualityReportSchema = z.object({
  type: z.literal('network_quality'),
  ice: z.object({ availableSend: FigureSchema, rtt: FigureSchema }).nullish().catch(null),
  audio: MediaSchema,
  video: MediaSchema,
  reportLevel: z.number().catch(1),
  remoteReportLevel: z.number().catch(0),
})
export type QualityReport = z.infer<typeof QualityReportSchema>

type Direction = { level: number; stats: object }

/** The quality of one client's network: from 0, which is none, to 5. */
export type Quality = {
  level: number
  audio: { send: Direction; recv: Direction }
  video: { send: Direction; recv: Direction }
}

/**
 * Rates what a client measured, and what was lost of what it sent, where that is known. Twilio does not publish its own scale; this one follows what calls commonly bear:
 * losses of 1, 3, 8 and 20 percent, round trips of 150, 300, 500 and 800 milliseconds.
 */
export function rateQuality({ ice, audio, video }: QualityReport, uplinkLoss: number | null = null): Quality {
  const rate = (media: QualityReport['audio']): Quality['audio'] => ({
    send: rateSending(media?.send, ice, uplinkLoss),
    recv: rateReceiving(media?.recv),
  })
  const quality = { audio: rate(audio), video: rate(video) }
  const levels = [quality.audio, quality.video].flatMap(({ send, recv }) => [send.level, recv.level])
  return { level: Math.min(...levels), ...quality }
}

/**
 * A client's quality in the detail asked for: 1 is the level alone, 2 adds each kind and direction, 3 the figures
 * behind them.
 */
export function formatQuality({ level, audio, video }: Quality, detail: number): object {
  const format = ({ send, recv }: Quality['audio']) => ({
    send: send.level,
    recv: recv.level,
    ...(detail >= 3 ? { sendStats: send.stats, recvStats: recv.stats } : {}),
  })
  return detail >= 2 ? { level, audio: format(audio), video: format(video) } : { level }
}

function rateSending(
  send: z.infer<typeof SendSchema>,
  ice: QualityReport['ice'],
  fractionLost: number | null,
): Direction {
  const rtt = send?.rtt ?? ice?.rtt ?? null
  const latencyLevel = grade(rtt, RTT_SECONDS)
  const lossLevel = grade(fractionLost, FRACTION_LOST)
  const bandwidth = { actual: send?.bitrate ?? null, available: ice?.availableSend ?? null, level: BEST }
  const loss = fractionLost === null ? {} : { fractionLost: { fractionLost, level: lossLevel } }
  return {
    level: Math.min(latencyLevel, lossLevel),
    stats: { bandwidth, latency: { rtt, level: latencyLevel }, ...loss },
  }
}

function rateReceiving(recv: z.infer<typeof ReceiveSchema>): Direction {
  const { bitrate = null, fractionLost = null, jitter = null } = recv ?? {}
  const lossLevel = grade(fractionLost, FRACTION_LOST)
  const jitterLevel = grade(jitter, JITTER_SECONDS)
  return {
    level: Math.min(lossLevel, jitterLevel),
    stats: {
      bandwidth: { actual: bitrate, available: null, level: BEST },
      fractionLost: { fractionLost, level: lossLevel },
      latency: { jitter, level: jitterLevel },
    },
  }
}

const BEST = 5
const RTT_SECONDS = [0.15, 0.3, 0.5, 0.8]
const FRACTION_LOST = [0.01, 0.03, 0.08, 0.2]
const JITTER_SECONDS = [0.03, 0.06, 0.12, 0.25]

/** One level less for each bound that is passed; nothing measured is nothing wrong. */
function grade(figure: number | null, bounds: readonly number[]): number {
  return figure === null ? BEST : BEST - bounds.filter((bound) => figure > bound).length
}
