/** One level of a structured log: fields and a sentence, or a sentence alone. */
type Write = { (fields: object, message?: string): void; (message: string): void }

/** The part of pino's interface that Roomkey uses; any structured logger can offer it. */
export type Log = { debug: Write; info: Write; warn: Write; error: Write }
