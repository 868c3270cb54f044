import { connecting } from './connecting.ts'
import { endings } from './endings.ts'
import { messages } from './messages.ts'
import { publishing } from './publishing.ts'
import { reconnecting } from './reconnecting.ts'
import { recording } from './recording.ts'
import { services } from './services.ts'
import { speaking } from './speaking.ts'
import { subscribing } from './subscribing.ts'
import { tokens } from './tokens.ts'

/** Every scenario, by topic. */
export const scenarios = {
  tokens,
  connecting,
  publishing,
  messages,
  subscribing,
  reconnecting,
  endings,
  recording,
  speaking,
  services,
}
