/** Source: Twilio "Video Regions and Global Low Latency". */
const REGIONS = new Set(['au1', 'br1', 'de1', 'ie1', 'in1', 'jp1', 'sg1', 'us1', 'us2'])
const DEFAULT_REGION = 'us1'

/** Where a room's media are, for one made for `gll` as well: the region nearest to its participants. */
export function mediaRegionOf(region: string): string {
  return region === 'gll' ? DEFAULT_REGION : region
}

/**
 * The signalling region by the host that a client reached: of Twilio's own names each stands for a region,
 * `global.vss.twilio.com` for the nearest. `null`: that name does not exist at Twilio.
 */
export function signalingRegionOf(host: string | undefined): string | null {
  const name = /^([^.]+)\.vss\.(?:[^.]+\.)?twilio\.com(?::\d+)?$/i.exec(host ?? '')?.[1]?.toLowerCase()
  if (name === undefined || name === 'global') return DEFAULT_REGION
  return REGIONS.has(name) ? name : null
}
