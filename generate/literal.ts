/** A JSON value as TypeScript would have it: `{ roomName: 'standup', maxParticipants: 10 }`. */
export function toLiteral(value: unknown): string {
  if (typeof value === 'string') return `'${value.replaceAll(/['\\]/g, String.raw`\$&`)}'`
  if (Array.isArray(value)) return `[${value.map(toLiteral).join(', ')}]`
  if (typeof value !== 'object' || value === null) return String(value)
  const fields = Object.entries(value).map(([name, field]) => `${name}: ${toLiteral(field)}`)
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`
}
