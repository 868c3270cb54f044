import type { Context } from './context.ts'

/**
 * Remembers what the sign-in calls a user who is about to enter a room, so that others there can be told by the server: an
 * access token holds no more than an identity, and what a participant says of themselves is not vouched for.
 */
export async function rememberName({ store, log }: Context, identity: string, name: string): Promise<void> {
  try {
    const { userNames } = await store.open()
    await userNames.remember(identity, name, Date.now())
  } catch (error) {
    // Somebody without a name is better than nobody.
    log.warn({ err: error }, 'the name of a user could not be kept')
  }
}

/** Adds the names of those that have one. */
export async function withNames<TParticipant extends { identity: string }>(
  { store, log }: Context,
  participants: readonly TParticipant[],
): Promise<(TParticipant & { name?: string })[]> {
  if (store.isUntouched() || participants.length === 0) return [...participants]
  try {
    const { userNames } = await store.open()
    const names = await userNames.find(participants.map(({ identity }) => identity))
    return participants.map((participant) => {
      const name = names.get(participant.identity)
      return name === undefined ? participant : { ...participant, name }
    })
  } catch (error) {
    log.warn({ err: error }, 'the names of participants could not be read')
    return [...participants]
  }
}
