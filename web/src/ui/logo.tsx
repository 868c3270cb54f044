import './logo.css'

export function Logo() {
  return (
    <svg className="logo" viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="9.5" />
      <circle cx="12" cy="12.5" r="5" />
      <path d="m15.6 16.1 7.4 7.4M19.6 20.1l2.3-2.3" />
    </svg>
  )
}
