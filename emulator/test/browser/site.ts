import { createServer } from 'node:http'
import { readFile } from 'node:fs/promises'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'

export type Site = { url: string; close(): Promise<void> }

/** Serves one empty page and the bundle of `twilio-video` as npm has it. Browsers give 127.0.0.1 camera and microphone. */
export async function createSite(): Promise<Site> {
  const sdk = await readFile(new URL('../../node_modules/twilio-video/dist/twilio-video.min.js', import.meta.url))
  const page = '<!doctype html><title>A call</title><script src="/twilio-video.min.js"></script><body></body>'
  const server = createServer((request, response) => {
    if (request.url === '/') response.setHeader('content-type', 'text/html').end(page)
    else if (request.url === '/twilio-video.min.js') response.setHeader('content-type', 'text/javascript').end(sdk)
    else response.writeHead(404).end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
