/** The whole page, for the shortcut and the menu. A browser may refuse, which needs no words. */
export function toggleFullscreen(): void {
  if (document.fullscreenElement === null) void document.documentElement.requestFullscreen().catch(() => {})
  else void document.exitFullscreen()
}
