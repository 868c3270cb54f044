import { invalidField } from '../core/video-error.ts'

/**
 * A caller's name or SID as one part of a URL path. The SDK encodes nothing: `#` would cut the path, `..` climb it.
 *
 * @throws VideoError `INVALID_INPUT` for `.` and `..`: URLs give them a meaning that no encoding takes away.
 */
export function toPathPart(value: string, field: string): string {
  if (!fitsPath(value)) throw invalidField(field, 'a name of dots cannot stand in an address; use the SID')
  return encodeURIComponent(value)
}

/** Whether a name can be one part of a path: not `.`, nor `..`. */
export function fitsPath(value: string): boolean {
  return value !== '.' && value !== '..'
}
