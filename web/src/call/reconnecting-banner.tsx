import './reconnecting-banner.css'

/** Over a call whose signalling is gone for now; the SDK brings it back by itself. */
export function ReconnectingBanner() {
  return (
    <div className="reconnecting" role="alert">
      <span className="reconnecting-ring" aria-hidden="true" />
      <span>
        <strong>Your connection broke.</strong> We are bringing you back …
      </span>
    </div>
  )
}
