/**
 * What a person sees who has just started the server on the emulator: where it is, and what to try.
 * @param isLocal whether only this machine reaches it.
 */
export function formatBanner(url: string, isLocal: boolean): string {
  const reach = isLocal
    ? 'No account, nothing leaves this machine.'
    : 'No account; whoever reaches this address can call.'
  return `
  Roomkey is running on the built-in emulator of Twilio Video. ${reach}

    Page        ${url}
    tRPC        ${url}/trpc
    REST        ${url}/v1, shown at ${url}/docs/

  Try it from another terminal:

    curl ${url}/trpc/rooms.create -H 'content-type: application/json' -d '{"roomName":"Monday"}'
    curl ${url}/trpc/auth.getToken -H 'content-type: application/json' -d '{"userId":"Beyoncé","roomSid":"Monday"}'
    curl ${url}/trpc/rooms.list

  To use Twilio, set TWILIO_ACCOUNT_SID, TWILIO_API_KEY and TWILIO_API_SECRET. Stop with Ctrl+C.
`
}
