import { parseJson } from '../core/parse-json.ts'

export type FetchJsonOptions = { fetch?: typeof fetch | undefined }

/** The largest response that is read: hundreds of keys. */
const MAX_BYTES = 256 * 1024

/** JSON from a service outside. @throws Error in words that quote nothing of the response */
export async function fetchJson(
  url: string | URL,
  init: RequestInit,
  { fetch: fetchImplementation = fetch }: FetchJsonOptions = {},
): Promise<unknown> {
  const response = await fetchImplementation(url, init)
  if (response.status !== 200) throw new Error(`it responded with status ${response.status}`)
  return parseJson(await readText(response))
}

/** The signal in `init` covers the body too: a response that never ends is cut by it. */
async function readText(response: Response): Promise<string> {
  if (response.body === null) return ''
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength
    // Leaving the loop cancels the download.
    if (size > MAX_BYTES) throw new Error(`its response is larger than ${MAX_BYTES} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
