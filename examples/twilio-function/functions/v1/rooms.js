/* global Runtime -- Twilio's runtime has it */
// POST /v1/rooms { roomName }
const { serve } = require(Runtime.getAssets()['/roomkey.js'].path)

exports.handler = serve('/v1/rooms', 'application/json')
