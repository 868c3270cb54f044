/** The work every contender does: one access token for this user and room, signed with these keys. */
export const CREDENTIALS = {
  accountSid: `AC${'0'.repeat(32)}`,
  apiKeySid: `SK${'0'.repeat(32)}`,
  apiKeySecret: 'bench-secret-bench-secret-bench-',
}

export const INPUT = { userId: 'Beyoncé', roomSid: 'RM12345678901234567890123456789012' }

export const TTL_SECONDS = 14_400

export const JSON_HEADERS = { 'content-type': 'application/json' }

/** Environment for Roomkey on Twilio's account, as in production, with the limits that would stop a load test off. */
export const TWILIO_ENVIRONMENT = {
  TWILIO_ACCOUNT_SID: CREDENTIALS.accountSid,
  TWILIO_API_KEY: CREDENTIALS.apiKeySid,
  TWILIO_API_SECRET: CREDENTIALS.apiKeySecret,
  LOG_LEVEL: 'warn',
  RATE_LIMIT_CALLS: 'off',
  RATE_LIMIT_TOKENS: 'off',
  RATE_LIMIT_INVITES: 'off',
  RATE_LIMIT_ADDRESS: 'off',
  MAX_CONNECTIONS_PER_ADDRESS: 'off',
  MAX_STREAMS_PER_CALLER: 'off',
  MAX_EVENT_LOOP_DELAY_MS: 'off',
}
