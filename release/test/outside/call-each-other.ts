import { launchChromium } from '../../../emulator/test/browser/chromium.ts'

/** Two people open a page in a browser, and each waits for a picture of the other, decoded and shown. */
export async function callEachOther(url: string): Promise<void> {
  await using browser = await launchChromium()
  const names = ['ann', 'ben']
  const pages = await Promise.all(
    names.map(async (name) => {
      const page = await (await browser.newContext()).newPage()
      const address = new URL(url)
      address.searchParams.set('name', name)
      await page.goto(address.href)
      return page
    }),
  )
  const seen = pages.map((page, index) =>
    page.waitForFunction(
      (of) => {
        const video = document.querySelector<HTMLVideoElement>(`video[data-of="${of}"]`)
        return video !== null && video.getVideoPlaybackQuality().totalVideoFrames > 2
      },
      names[1 - index],
      { timeout: 60_000 },
    ),
  )
  await Promise.all(seen)
}
