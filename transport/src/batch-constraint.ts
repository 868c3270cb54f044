import type { FastifyInstance } from 'fastify'

const NAME = 'roomkeyTRPCBatch'

/** Constraints by which a route at the root takes nothing but batches, and leaves all else to routes of the host. */
export function onlyBatches(app: FastifyInstance): Record<string, boolean> {
  if (!app.hasConstraintStrategy(NAME)) {
    app.addConstraintStrategy({
      name: NAME,
      storage: () => {
        let handler: unknown = null
        return {
          get: (isBatch) => (isBatch ? handler : null) as never,
          set: (_isBatch, added) => {
            handler = added
          },
        }
      },
      validate: () => {},
      deriveConstraint: ({ url = '' }) => BATCH.test(url),
    })
  }
  return { [NAME]: true }
}

/** One segment, and tRPC's mark of a batch in the query. */
const BATCH = /^\/[^/?#]*\?(?:[^#]*&)?batch=1(?:[&#]|$)/
