/** Who can call the server. */
export type Reach = {
  /** Whether only this machine reaches it. */
  isLocal: boolean
  /** Whether callers who show nothing may do everything. */
  isOpen: boolean
}

/** What a person sees who has just started the server on the emulator: where it is, and what to try. */
export function formatBanner(url: string, { isLocal, isOpen }: Reach): string {
  const credentials = isOpen ? '' : ` -H 'authorization: Bearer …'`
  const json = `${credentials} -H 'content-type: application/json'`
  return `
  Roomkey is running on the built-in emulator of Twilio Video. ${describeReach({ isLocal, isOpen })}

    Page        ${url}
    tRPC        ${url}/trpc
    REST        ${url}/v1, shown at ${url}/docs/

  Try it from another terminal${isOpen ? '' : ', with an API key or a token of your sign-in'}:

    curl ${url}/trpc/rooms.create${json} -d '{"roomName":"Monday"}'
    curl ${url}/trpc/auth.getToken${json} -d '{"userId":"Beyoncé","roomSid":"Monday"}'
    curl ${url}/trpc/rooms.list${credentials}

  To use Twilio, set TWILIO_ACCOUNT_SID, TWILIO_API_KEY and TWILIO_API_SECRET. Stop with Ctrl+C.
`
}

function describeReach({ isLocal, isOpen }: Reach): string {
  if (isLocal) return 'No account, nothing leaves this machine.'
  return isOpen ? 'No account; whoever reaches this address can call.' : 'No account.'
}
