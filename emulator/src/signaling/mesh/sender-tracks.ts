/** What a session description says is sent: by the `mid` of its media line, the id of the track on it. */
export function readSenderTracks(sdp: string): Map<string, string> {
  return readTracks(splitSections(sdp).filter(isSending))
}

/**
 * The tracks that a browser has on its lines, by `mid`: what it sends, and in an answer what it would send if the other
 * side received on that line. Source: RFC 8829, 5.3.1: an answer names the track whether or not it may be sent.
 */
export function readOwnTracks({ type, sdp }: { type: string; sdp: string }): Map<string, string> {
  return type === 'answer' ? readTracks(splitSections(sdp)) : readSenderTracks(sdp)
}

function readTracks(sections: readonly string[]): Map<string, string> {
  const tracks = new Map<string, string>()
  for (const section of sections) {
    const mid = readMid(section)
    const track = /^a=msid:\S+ (\S+)/m.exec(section)?.[1]
    if (mid !== undefined && track !== undefined) tracks.set(mid, track)
  }
  return tracks
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
