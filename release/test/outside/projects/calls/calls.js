export { createRoomkeyClient } from '@roomkey/client'
