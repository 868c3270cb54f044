/**
 * An error as Twilio reports it: over REST as `{ code, message, more_info, status }`, over signalling as
 * `{ code, message }`.
 * Source: Twilio "Error and Warning Dictionary".
 */
export class TwilioError extends Error {
  override readonly name = 'TwilioError'
  readonly code: number
  /** The HTTP status that REST answers with. */
  readonly status: number

  constructor(code: TwilioErrorCode, message?: string) {
    const [status, text] = TWILIO_ERRORS[code]
    super(message ?? text)
    this.code = code
    this.status = status
  }
}

export type TwilioErrorCode = keyof typeof TWILIO_ERRORS

/** Every error the emulator raises: its code, the HTTP status over REST, and Twilio's own text. */
const TWILIO_ERRORS = {
  20001: [400, 'Invalid parameter'],
  20003: [401, 'Authenticate'],
  20004: [405, 'Method not allowed'],
  20007: [400, 'Page size too large'],
  20101: [401, 'Invalid Access Token'],
  20102: [401, 'Invalid Access Token header'],
  20103: [401, 'Invalid Access Token issuer/subject'],
  20104: [401, 'Access Token expired or expiration date invalid'],
  20105: [401, 'Access Token not yet valid'],
  20106: [401, 'Invalid Access Token grants'],
  20107: [401, 'Invalid Access Token signature'],
  20403: [403, 'Forbidden'],
  20404: [404, 'The requested resource was not found'],
  20413: [413, 'Request entity too large'],
  20415: [415, 'Unsupported media type'],
  20429: [429, 'Too Many Requests'],
  20500: [500, 'Internal server error'],
  20503: [503, 'Service unavailable'],
  53004: [400, 'Client sent an invalid signaling message'],
  53006: [503, 'Video server is busy'],
  53100: [400, 'Room name is invalid'],
  53101: [400, 'Room name is too long'],
  53102: [400, 'Room name contains invalid characters'],
  53103: [400, 'Unable to create Room'],
  53104: [400, 'Unable to connect to Room'],
  53105: [400, 'Room contains too many Participants'],
  53106: [404, 'Room not found'],
  53107: [400, 'MaxParticipants is out of range'],
  53108: [400, 'RoomType is not valid'],
  53109: [400, 'Timeout is out of range'],
  53110: [400, 'StatusCallbackMethod is invalid'],
  53111: [400, 'StatusCallback is invalid'],
  53112: [400, 'Status is invalid'],
  53113: [400, 'Room exists'],
  53114: [400, 'Room creation parameter(s) incompatible with the Room type'],
  53115: [400, 'MediaRegion is invalid'],
  53117: [400, 'The subscription operation requested is not supported for the Room type'],
  53118: [400, 'Room completed'],
  53120: [400, 'Invalid Recording Rule(s)'],
  53122: [400, 'Recording operation requested is not supported for the Room type'],
  53123: [400, 'MaxParticipantDuration is out of range'],
  53124: [400, 'The AudioOnly flag is not supported for the Room type'],
  53125: [400, 'The track kind is not supported by the Room'],
  53200: [400, 'Participant identity is invalid'],
  53201: [400, 'Participant identity is too long'],
  53202: [400, 'Participant identity contains invalid characters'],
  53203: [400, 'The maximum number of published tracks allowed in the Room at the same time has been reached'],
  53204: [404, 'Participant not found'],
  53205: [409, 'Participant disconnected because of duplicate identity'],
  53209: [400, 'Participant Status is invalid'],
  53215: [400, 'Invalid Subscribe Rule(s)'],
  53216: [400, 'Participant session length exceeded'],
  53300: [400, 'Track is invalid'],
  53301: [400, 'Track name is invalid'],
  53302: [400, 'Track name is too long'],
  53303: [400, 'Track name contains invalid characters'],
  53304: [400, 'Track name is duplicated'],
  53404: [400, 'No supported codec'],
  53500: [500, 'Unable to acquire configuration'],
  53501: [500, 'Unable to acquire TURN credentials'],
} as const satisfies Record<number, readonly [status: number, message: string]>
