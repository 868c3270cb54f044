/** What stands in front of a drawn camera. Hues are degrees. */
export type Sitter = { wall: number; hair: number; skin: number; shirt: number }

export const SITTERS = {
  ada: { wall: 205, hair: 25, skin: 55, shirt: 265 },
  grace: { wall: 80, hair: 300, skin: 40, shirt: 160 },
} satisfies Record<string, Sitter>

/**
 * Draws a person where the pretend camera would show a green test card, and a slide where it would show a screen:
 * for pictures that people look at. Runs in the page, before its scripts; the call underneath is a real one.
 */
export function useDrawnCamera({ wall, hair, skin, shirt }: Sitter): void {
  const { mediaDevices } = navigator
  const getUserMedia = mediaDevices.getUserMedia.bind(mediaDevices)
  mediaDevices.getUserMedia = async (constraints) => {
    const stream = constraints?.audio ? await getUserMedia({ audio: constraints.audio }) : new MediaStream()
    if (constraints?.video) stream.addTrack(film(640, 360, drawPerson))
    return stream
  }
  mediaDevices.getDisplayMedia = async () => new MediaStream([film(1280, 720, drawSlide)])

  function film(width: number, height: number, draw: (context: CanvasRenderingContext2D) => void): MediaStreamTrack {
    const canvas = Object.assign(document.createElement('canvas'), { width, height })
    const context = canvas.getContext('2d')
    const [track] = canvas.captureStream(5).getVideoTracks()
    if (context === null || track === undefined) throw new Error('this browser cannot draw')
    const frame = () => draw(context)
    frame()
    const timer = setInterval(frame, 200)
    track.addEventListener('ended', () => clearInterval(timer))
    return track
  }

  function drawPerson(context: CanvasRenderingContext2D) {
    const sway = Math.sin(performance.now() / 900) * 3
    const light = context.createLinearGradient(0, 0, 640, 360)
    light.addColorStop(0, `oklch(88% 0.05 ${wall})`)
    light.addColorStop(1, `oklch(62% 0.07 ${wall})`)
    context.fillStyle = light
    context.fillRect(0, 0, 640, 360)
    // A window and a shelf.
    fill(`oklch(95% 0.03 ${wall})`, () => context.roundRect(42, 36, 128, 150, 8))
    fill(`oklch(80% 0.06 ${wall + 40})`, () => context.roundRect(480, 150, 130, 10, 4))
    fill(`oklch(55% 0.1 ${shirt})`, () => context.roundRect(500, 104, 20, 46, 3))
    fill(`oklch(70% 0.09 ${wall + 90})`, () => context.roundRect(524, 114, 16, 36, 3))
    fill(`oklch(50% 0.09 150)`, () => context.ellipse(580, 122, 20, 28, 0, 0, 7))
    // Hair behind, shoulders, neck, face, hair in front.
    fill(`oklch(34% 0.06 ${hair})`, () => context.ellipse(320 + sway, 182, 82, 104, 0, 0, 7))
    fill(`oklch(52% 0.1 ${shirt})`, () => context.roundRect(190 + sway / 2, 272, 260, 160, 90))
    fill(`oklch(70% 0.075 ${skin})`, () => context.roundRect(292 + sway / 2, 228, 56, 74, 26))
    fill(`oklch(77% 0.075 ${skin})`, () => context.ellipse(320 + sway, 178, 60, 74, 0, 0, 7))
    fill(`oklch(34% 0.06 ${hair})`, () => context.ellipse(320 + sway, 122, 66, 34, 0, 0, 7))
    for (const eye of [296, 344]) fill('oklch(28% 0.03 50)', () => context.ellipse(eye + sway, 176, 5, 6, 0, 0, 7))
    context.strokeStyle = 'oklch(50% 0.11 28)'
    context.lineWidth = 4
    context.lineCap = 'round'
    context.beginPath()
    context.arc(320 + sway, 200, 20, 0.35, Math.PI - 0.35)
    context.stroke()

    function fill(color: string, shape: () => void) {
      context.fillStyle = color
      context.beginPath()
      shape()
      context.fill()
    }
  }

  function drawSlide(context: CanvasRenderingContext2D) {
    context.fillStyle = 'oklch(98% 0.005 95)'
    context.fillRect(0, 0, 1280, 720)
    context.fillStyle = 'oklch(25% 0.03 165)'
    context.font = '700 56px system-ui, sans-serif'
    context.fillText('What we ship this week', 90, 140)
    context.font = '400 30px system-ui, sans-serif'
    context.fillStyle = 'oklch(45% 0.02 165)'
    context.fillText('Visits per day', 90, 200)
    for (const [index, value] of [0.35, 0.5, 0.42, 0.66, 0.74, 0.9].entries()) {
      context.fillStyle = index === 5 ? 'oklch(74% 0.14 82)' : 'oklch(50% 0.1 160)'
      context.beginPath()
      context.roundRect(90 + index * 190, 640 - value * 380, 120, value * 380, 12)
      context.fill()
    }
  }
}
