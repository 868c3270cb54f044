/** What a person reads when something happens: what it is, and what they can do about it. */
export type UserMessage = { title: string; text: string }
