/** Has the page ask for a small picture: two cores carry every browser of a run. Runs in the page, before its scripts. */
export function useSmallCamera(): void {
  const { mediaDevices } = navigator
  const getUserMedia = mediaDevices.getUserMedia.bind(mediaDevices)
  mediaDevices.getUserMedia = (constraints) =>
    getUserMedia({ ...constraints, ...(constraints?.video && { video: { width: 320, height: 180, frameRate: 4 } }) })
}
