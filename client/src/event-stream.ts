/** One message of an event stream. */
export interface StreamMessage {
  /** `message`, unless the server names it otherwise. */
  event: string
  data: string
  /** The id it came with; `undefined` when it came with none. */
  id: string | undefined
}

/**
 * Reads a `text/event-stream`, message by message, as far as the server sends it. Ending the iteration closes it.
 * Source: WHATWG HTML, "Server-sent events", 9.2.6.
 */
export async function* readEventStream(body: ReadableStream<Uint8Array>): AsyncGenerator<StreamMessage, void> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let text = ''
  let message: Partial<StreamMessage> = {}
  try {
    for (;;) {
      // One read after the other: each brings the next piece.
      const { done, value } = await reader.read()
      if (done) return
      text += decoder.decode(value, { stream: true })
      const lines = text.split(/\r\n|\n|\r(?!$)/)
      text = lines.pop() ?? ''
      for (const line of lines) {
        if (line !== '') {
          readField(message, line)
        } else {
          const { event = 'message', data, id } = message
          message = {}
          if (data !== undefined) yield { event, data, id }
        }
      }
    }
  } finally {
    // Nobody waits for it: the connection may be broken already.
    reader.cancel().catch(() => undefined)
  }
}

function readField(message: Partial<StreamMessage>, line: string): void {
  const colon = line.indexOf(':')
  const name = colon === -1 ? line : line.slice(0, colon)
  const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '')
  if (name === 'data') message.data = message.data === undefined ? value : `${message.data}\n${value}`
  else if (name === 'event' || name === 'id') message[name] = value
}
