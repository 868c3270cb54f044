import type { Spread } from './statistics.ts'

/** `17,300` or `4.12`: three significant digits below a thousand, whole numbers above. */
export function number(value: number): string {
  if (!Number.isFinite(value)) return '–'
  const options = Math.abs(value) >= 100 ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: 3 }
  return value.toLocaleString('en-US', options)
}

/** The median with the range of the rounds: `17,300 (16,900–17,800)`. */
export function range({ median, min, max }: Spread): string {
  return min === max ? number(median) : `${number(median)} (${number(min)}–${number(max)})`
}

export function ratio({ median, min, max }: Spread): string {
  const two = (value: number): string => value.toFixed(2)
  return min === max ? two(median) : `${two(median)} (${two(min)}–${two(max)})`
}

export function kib(bytes: number): string {
  return `${number(bytes / 1024)} KiB`
}

export function mib(bytes: number): string {
  return `${number(bytes / 1024 / 1024)} MiB`
}
