/** Whether this browser can keep a picture over other windows. */
export function hasPictureInPicture(): boolean {
  return document.pictureInPictureEnabled ?? false
}

/**
 * Takes the most telling picture of the stage out into a small window, or puts it back: a shared screen, else who
 * speaks, else anyone, else oneself.
 * @throws DOMException when the browser refuses, Error when there is no picture
 */
export async function togglePictureInPicture(stage: HTMLElement | null): Promise<void> {
  if (document.pictureInPictureElement !== null) return document.exitPictureInPicture()
  const video = PREFERRED.map((selector) => stage?.querySelector<HTMLVideoElement>(selector)).find(
    (found) => found != null,
  )
  if (video === undefined || video === null) throw new Error('there is no picture on the stage')
  await video.requestPictureInPicture()
}

const PREFERRED = [
  '[data-source=screen] video',
  '.tile-speaking[data-source=remote] video',
  '[data-source=remote] video',
  'video',
]
