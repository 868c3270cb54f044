/** Where Twilio reports what happens in rooms. */
export const STATUS_CALLBACK_PATH = '/twilio/status-callback'
