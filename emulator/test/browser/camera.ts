/// <reference lib="dom" />

declare global {
  /** Chromium's own, and so not among the standard's types. */
  class MediaStreamTrackGenerator extends MediaStreamTrack {
    constructor(init: { kind: 'audio' | 'video' })
    readonly writable: WritableStream<VideoFrame>
  }
}

/**
 * Gives a page a camera of its own. Chromium's pretend one is shared by all pages, and once in a while takes no more
 * pictures for any of them after a few have opened and closed it together.
 *
 * Runs inside the page, before anything else; it must not refer to anything outside itself.
 *
 * @param options.isMoving whether all of the picture moves, with the noise of a sensor, as a real camera's does; else it
 * stands still, but for a bar, and costs encoders little. Default false.
 */
export function installCamera({ isMoving = false }: { isMoving?: boolean } = {}): void {
  /** Pictures that follow each other evenly, and end as they began. */
  function takePictures(width: number, height: number): Uint8Array<ArrayBuffer>[] {
    return Array.from({ length: 30 }, (_, index) => {
      const picture = new Uint8Array((width * height * 3) / 2).fill(128)
      const phase = (index / 30) * 2 * Math.PI
      const [left, top] = [Math.sin(phase) * 12, Math.cos(phase) * 6]
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          const texture = Math.sin((x + left) / 7) * 40 + Math.cos((y + top) / 5) * 40
          picture[y * width + x] = 128 + texture + Math.random() * 6
        }
      }
      return picture
    })
  }

  function openCamera({ width = 160, height = 120, frameRate = 2 }: VideoSize) {
    const camera = new MediaStreamTrackGenerator({ kind: 'video' })
    const pictures = camera.writable.getWriter()
    const still = new Uint8Array((width * height * 3) / 2).fill(128)
    const moving = isMoving ? takePictures(width, height) : []
    let taken = 0
    const takePicture = () => {
      if (camera.readyState === 'ended') return clearInterval(timer)
      // A bar that changes, so that no two pictures are the same.
      if (!isMoving) still.fill(Math.random() * 256, 0, width * 8)
      const picture = moving[taken++ % moving.length] ?? still
      const timestamp = performance.now() * 1000
      const frame = new VideoFrame(picture, { format: 'I420', codedWidth: width, codedHeight: height, timestamp })
      pictures.write(frame).catch(() => clearInterval(timer))
    }
    const timer = setInterval(takePicture, 1000 / frameRate)
    takePicture()
    return camera
  }

  const getUserMedia = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices)
  navigator.mediaDevices.getUserMedia = async ({ audio, video } = {}) => {
    const stream = audio ? await getUserMedia({ audio }) : new MediaStream()
    if (video) stream.addTrack(openCamera(video as VideoSize))
    return stream
  }
}

type VideoSize = { width?: number; height?: number; frameRate?: number }
