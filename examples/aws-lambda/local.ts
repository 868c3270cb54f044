import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { APIGatewayProxyEventV2 } from 'aws-lambda'
import { handler } from './handler.ts'

// What a Function URL does, on this machine.
const server = createServer(async (request, response) => {
  const { pathname, search, hostname } = new URL(request.url ?? '/', `http://${request.headers.host}`)
  const { statusCode, headers, body } = await handler({
    rawPath: pathname,
    rawQueryString: search.slice(1),
    headers: request.headers,
    requestContext: {
      domainName: hostname,
      http: { method: request.method, path: pathname, sourceIp: request.socket.remoteAddress },
    },
    ...(request.method !== 'GET' && { body: await text(request) }),
    isBase64Encoded: false,
  } as unknown as APIGatewayProxyEventV2)
  response.writeHead(statusCode ?? 200, headers as Record<string, string>).end(body)
})
server.listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
})
