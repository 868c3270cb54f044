import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

// What Twilio's runtime is to a function: a path of its own by its file, a body that has been read, `Twilio.Response`.
// Source: Twilio "Functions: Event, Context and Callback", "Private Assets".
const folder = fileURLToPath(new URL('../twilio-function/', import.meta.url))
const require = createRequire(folder)

class Response {
  statusCode = 200
  body = ''
  headers: Record<string, string> = {}
  setStatusCode(code: number): void {
    this.statusCode = code
  }
  setBody(body: string): void {
    this.body = body
  }
  appendHeader(name: string, value: string): void {
    this.headers[name] = value
  }
}

Object.assign(globalThis, {
  Twilio: { Response },
  Runtime: { getAssets: () => ({ '/roomkey.js': { path: `${folder}assets/roomkey.private.js` } }) },
})

type TwilioFunction = {
  handler(context: object, event: object, callback: (error: unknown, response?: Response) => void): void
}

const server = createServer(async (request, response) => {
  const body = await text(request)
  const isForm = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded')
  const fields = isForm ? Object.fromEntries(new URLSearchParams(body)) : (JSON.parse(body || '{}') as object)
  const context = { ...process.env, DOMAIN_NAME: request.headers.host }
  const called = require(`${folder}functions${request.url}.js`) as TwilioFunction
  called.handler(context, { request: { headers: request.headers, cookies: {} }, ...fields }, (error, answer) => {
    if (error !== null || answer === undefined) {
      console.error(error)
      response.writeHead(500).end()
    } else response.writeHead(answer.statusCode, answer.headers).end(answer.body)
  })
})
server.listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
})
