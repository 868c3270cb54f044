/* global Runtime -- Twilio's runtime has it */
// POST /v1/auth/token { userId, roomSid }
const { serve } = require(Runtime.getAssets()['/roomkey.js'].path)

exports.handler = serve('/v1/auth/token', 'application/json')
