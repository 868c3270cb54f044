/**
 * The address that everything of this site is below, with no slash at its end: `https://example.com`, or
 * `https://example.com/video` where a proxy gives it a path, which the server then writes into `<base>`.
 */
export function siteUrl(): string {
  const base = document.querySelector('base')?.href
  return (base ?? location.origin).replace(/\/+$/, '')
}

/** The path of {@link siteUrl}: `''`, or `/video`. */
export function basePath(): string {
  return new URL(siteUrl()).pathname.replace(/\/$/, '')
}
