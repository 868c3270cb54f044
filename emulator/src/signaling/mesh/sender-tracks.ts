/** What a session description says is sent: by the `mid` of its media line, the id of the track on it. */
export function readSenderTracks(sdp: string): Map<string, string> {
  const sent = new Map<string, string>()
  for (const section of splitSections(sdp)) {
    const mid = readMid(section)
    const track = /^a=msid:\S+ (\S+)/m.exec(section)?.[1]
    if (mid !== undefined && track !== undefined && isSending(section)) sent.set(mid, track)
  }
  return sent
}

/** The same session description, except that nothing is sent on these media lines. */
export function withholdTracks(sdp: string, mids: ReadonlySet<string>): string {
  const withhold = (section: string) =>
    section.replace(/^a=sendrecv(?=\r?$)/m, 'a=recvonly').replace(/^a=sendonly(?=\r?$)/m, 'a=inactive')
  return splitSections(sdp)
    .map((section) => (mids.has(readMid(section) ?? '') ? withhold(section) : section))
    .join('')
}

function splitSections(sdp: string): string[] {
  return sdp.split(/^(?=m=)/m)
}

function readMid(section: string): string | undefined {
  return /^a=mid:(\S+)/m.exec(section)?.[1]
}

function isSending(section: string): boolean {
  return /^a=send(?:recv|only)\r?$/m.test(section)
}
