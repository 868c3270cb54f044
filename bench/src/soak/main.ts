import { parseArgs } from 'node:util'
import { z } from 'zod'
import { runSoak } from './soak.ts'

const USAGE = `Usage: npm run soak -- [--seed <number>] [--minutes <number>] [--rooms <number>]

Rooms with ten participants each come and go while callbacks are lost, doubled, reordered and late, servers are killed,
PostgreSQL restarts and subscribers are cut off. By default seed 1, five minutes, forty rooms a minute. Exit code 1 when
the log is not what happened, or somebody did not see all of it, once and in order.`

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    minutes: { type: 'string' },
    rooms: { type: 'string' },
    help: { type: 'boolean' },
  },
})
const OptionsSchema = z.object({
  seed: z.coerce.number().pipe(z.int().min(0)).default(1),
  minutes: z.coerce.number().min(0.5).max(1440).default(5),
  rooms: z.coerce.number().pipe(z.int().min(1).max(10_000)).optional(),
})

if (values.help === true) {
  console.log(USAGE)
} else {
  const { seed, minutes, rooms = Math.round(minutes * 40) } = OptionsSchema.parse(values)
  const stayMs = Math.min(60_000, minutes * 20_000)
  const { mistakes, figures } = await runSoak({
    seed,
    rooms,
    participants: 10,
    stayMs,
    spreadMs: minutes * 60_000 - stayMs,
    delayMs: 10_000,
    killEveryMs: 4000,
    reconcileSeconds: 5,
    subscribers: 10,
    patienceMs: 180_000,
    report: (line) => console.log(line),
  })
  console.table(figures)
  for (const mistake of mistakes.slice(0, 50)) console.error(mistake)
  console.log(mistakes.length === 0 ? `Seed ${seed}: no mistakes.` : `Seed ${seed}: ${mistakes.length} mistakes.`)
  process.exitCode = mistakes.length === 0 ? 0 : 1
}
