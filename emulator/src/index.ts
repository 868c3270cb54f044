export { createManualClock, createRealClock, type Clock, type Timer } from './clock.ts'
export { DEFAULT_CREDENTIALS, type Credentials } from './credentials.ts'
export { createEmulator, type Emulator, type EmulatorOptions } from './emulator.ts'
export type { IceServer } from './signaling/index.ts'
