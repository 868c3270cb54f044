/** What opens one Twilio account, and where its Video API is. */
export type TwilioCredentials = {
  accountSid: string
  apiKeySid: string
  apiKeySecret: string
  /** Another base URL for Twilio's Video API, such as an emulator's; Twilio's own when left out. */
  videoUrl?: string | undefined
}
