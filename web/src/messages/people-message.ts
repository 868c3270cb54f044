/** "Nobody is inside yet", "Ada is inside", "Ada and Grace are inside", "Ada, Grace and 3 more". */
export function peopleMessage(names: string[]): string {
  const [first, second] = names
  if (first === undefined) return 'Nobody is inside yet'
  if (second === undefined) return `${first} is inside`
  if (names.length === 2) return `${first} and ${second} are inside`
  return `${first}, ${second} and ${names.length - 2} more`
}
