import { createFetchHandler, createRoomkey, parseConfig } from '@roomkey/server'
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda'

// Made once for all requests that this instance of the function serves.
const roomkey = createRoomkey(parseConfig(process.env), { log: console })
const video = createFetchHandler(roomkey, { prefix: '/video' })

/** For a Function URL or an HTTP API of API Gateway, payload format 2.0. */
export async function handler(event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> {
  const { rawPath, rawQueryString, headers, cookies, requestContext, body, isBase64Encoded } = event
  const { method, sourceIp } = requestContext.http
  const request = new Request(`https://${requestContext.domainName}${rawPath}?${rawQueryString}`, {
    method,
    headers: { ...(headers as Record<string, string>), ...(cookies && { cookie: cookies.join('; ') }) },
    ...(body !== undefined && { body: Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8') }),
  })
  const response = await video(request, { ip: sourceIp })
  return {
    statusCode: response.status,
    headers: Object.fromEntries(response.headers),
    body: await response.text(),
  }
}
