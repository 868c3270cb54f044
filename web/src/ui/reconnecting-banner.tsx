import './reconnecting-banner.css'

/** That a connection is gone for now, and comes back by itself. How urgent that is, its place says by a role. */
export function ReconnectingBanner() {
  return (
    <div className="reconnecting">
      <span className="reconnecting-ring" aria-hidden="true" />
      <span>
        <strong>Your connection broke.</strong> We are bringing you back …
      </span>
    </div>
  )
}
