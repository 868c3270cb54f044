export function toggleFullscreen(): void {
  if (document.fullscreenElement === null) void document.documentElement.requestFullscreen().catch(() => {})
  else void document.exitFullscreen()
}
