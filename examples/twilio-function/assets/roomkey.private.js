/* global Twilio -- Twilio's runtime has it */
let handling

/** One handler for all requests that this instance serves. The service's variables are in `context`. */
async function load(context) {
  const { createFetchHandler, createRoomkey, parseConfig } = await import('@roomkey/server')
  return createFetchHandler(createRoomkey(parseConfig(context), { log: console }))
}

/** A function that serves one address of Roomkey's: Twilio's runtime has read the body, whose fields are in `event`. */
exports.serve = (path, type) => async (context, event, callback) => {
  try {
    handling ??= load(context)
    const handle = await handling
    const { request, ...fields } = event
    const body = type === 'application/json' ? JSON.stringify(fields) : new URLSearchParams(fields).toString()
    const { 'content-length': _length, ...headers } = request.headers
    const url = `https://${context.DOMAIN_NAME}${path}`
    const answer = await handle(
      new Request(url, { method: 'POST', headers: { ...headers, 'content-type': type }, body }),
    )
    const response = new Twilio.Response()
    response.setStatusCode(answer.status)
    response.appendHeader('Content-Type', answer.headers.get('content-type') ?? 'text/plain')
    response.setBody(await answer.text())
    callback(null, response)
  } catch (error) {
    callback(error)
  }
}
