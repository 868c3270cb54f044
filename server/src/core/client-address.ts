/**
 * The address in what a proxy says of where a request came from. Some write the port with it, which is another for each
 * connection, and would make as many callers of one.
 */
export function toClientAddress(forwarded: string): string {
  if (!forwarded.includes(':')) return forwarded
  return forwarded.replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, '$1').replace(/^\[([^\]]+)\](?::\d+)?$/, '$1')
}
