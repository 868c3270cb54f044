declare global {
  interface Window {
    /** How much of the page has moved by itself since it was opened. Source: W3C "Layout Instability". */
    shifts: number
  }
}

/** Counts layout shifts. Runs in the page, before its scripts. */
export function watchShifts(): void {
  window.shifts = 0
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as (PerformanceEntry & { value: number; hadRecentInput: boolean })[]) {
      if (!entry.hadRecentInput) window.shifts += entry.value
    }
  }).observe({ type: 'layout-shift', buffered: true })
}

/** Has camera and microphone fail as browsers do. Runs in the page, before its scripts. */
export function refuseDevices(errorName: unknown): void {
  navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('refused', String(errorName)))
}

/** Has the page ask for a small picture: two cores carry every browser of a run. Runs in the page, before its scripts. */
export function useSmallCamera(): void {
  const { mediaDevices } = navigator
  const getUserMedia = mediaDevices.getUserMedia.bind(mediaDevices)
  mediaDevices.getUserMedia = (constraints) =>
    getUserMedia({ ...constraints, ...(constraints?.video && { video: { width: 320, height: 180, frameRate: 4 } }) })
}
