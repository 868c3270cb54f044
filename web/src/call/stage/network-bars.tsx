import './network-bars.css'

const QUALITY = ['broken', 'very weak', 'weak', 'fair', 'good', 'excellent']

/** How good a connection is, 0 to 5, as bars, and spelled out for screen readers. */
export function NetworkBars({ level, whose }: { level: number; whose: string }) {
  const label = `${whose} is ${QUALITY[level] ?? 'unknown'}`
  return (
    <span
      className={level <= 2 ? 'network-bars network-bars-weak' : 'network-bars'}
      role="img"
      aria-label={label}
      title={label}
    >
      {[1, 2, 3, 4, 5].map((bar) => (
        <span key={bar} className={bar <= level ? 'network-bar network-bar-on' : 'network-bar'} />
      ))}
    </span>
  )
}
