/**
 * The name to show for an identity. Roomkey marks invited guests as `guest:<name>:<suffix>`, so that none can be
 * taken for a user; on the page the mark is shown as "guest".
 */
export function displayName(identity: string): { name: string; guest: boolean } {
  const [, name] = /^guest:(.+):[^:]*$/su.exec(identity) ?? []
  return name === undefined ? { name: identity, guest: false } : { name, guest: true }
}
