/* global Runtime -- Twilio's runtime has it */
// Where Twilio reports what happens in rooms.
const { serve } = require(Runtime.getAssets()['/roomkey.js'].path)

exports.handler = serve('/twilio/status-callback', 'application/x-www-form-urlencoded')
