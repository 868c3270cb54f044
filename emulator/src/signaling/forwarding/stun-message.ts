import { createHmac, timingSafeEqual } from 'node:crypto'
import { isIPv4 } from 'node:net'
import { crc32 } from 'node:zlib'

const MAGIC_COOKIE = 0x2112a442
const BINDING_REQUEST = 0x0001
const BINDING_SUCCESS = 0x0101
const USERNAME = 0x0006
const MESSAGE_INTEGRITY = 0x0008
const XOR_MAPPED_ADDRESS = 0x0020
const USE_CANDIDATE = 0x0025
const FINGERPRINT = 0x8028
const FINGERPRINT_XOR = 0x5354554e
const HEADER_LENGTH = 20
const INTEGRITY_LENGTH = 24

/** An ICE connectivity check. Source: RFC 8489 and RFC 8445. */
export type BindingRequest = {
  transactionId: Buffer
  /** The part of the user name that names the receiver of the check. */
  localUfrag: string
  /** Whether the sender wants this path to be used. */
  isNominated: boolean
  /** Whether it was made by someone who knows the receiver's password. */
  isAuthentic(password: string): boolean
}

export type Address = { address: string; port: number }

/** @returns `null` when it is no binding request with user name and integrity */
export function parseBindingRequest(message: Buffer): BindingRequest | null {
  if (message.length < HEADER_LENGTH || message.readUInt16BE(0) !== BINDING_REQUEST) return null
  if (message.readUInt32BE(4) !== MAGIC_COOKIE || message.readUInt16BE(2) !== message.length - HEADER_LENGTH)
    return null
  let username: string | null = null
  let isNominated = false
  for (let at = HEADER_LENGTH; at + 4 <= message.length;) {
    const type = message.readUInt16BE(at)
    const length = message.readUInt16BE(at + 2)
    if (at + 4 + length > message.length) return null
    if (type === USERNAME) username = message.toString('utf8', at + 4, at + 4 + length)
    if (type === USE_CANDIDATE) isNominated = true
    if (type === MESSAGE_INTEGRITY) {
      // What stands behind it, but for the fingerprint, could have been added by anyone.
      if (username === null || length !== 20) return null
      const signed = Buffer.from(message.subarray(0, at))
      signed.writeUInt16BE(at - HEADER_LENGTH + INTEGRITY_LENGTH, 2)
      const signature = message.subarray(at + 4, at + 24)
      return {
        transactionId: message.subarray(8, HEADER_LENGTH),
        localUfrag: username.split(':', 1)[0] ?? '',
        isNominated,
        isAuthentic: (password) => timingSafeEqual(sign(signed, password), signature),
      }
    }
    at += 4 + length + ((4 - (length % 4)) % 4)
  }
  return null
}

/** Confirms a binding request, and tells its sender where it came from. */
export function formatBindingSuccess(transactionId: Buffer, password: string, source: Address): Buffer {
  const header = Buffer.alloc(HEADER_LENGTH)
  header.writeUInt16BE(BINDING_SUCCESS)
  header.writeUInt32BE(MAGIC_COOKIE, 4)
  transactionId.copy(header, 8)
  const mapped = formatAttribute(XOR_MAPPED_ADDRESS, formatXorAddress(source, header.subarray(4)))
  const unsigned = withLength(Buffer.concat([header, mapped]), INTEGRITY_LENGTH)
  const signed = Buffer.concat([unsigned, formatAttribute(MESSAGE_INTEGRITY, sign(unsigned, password))])
  const checked = withLength(signed, 8)
  const checksum = Buffer.alloc(4)
  checksum.writeUInt32BE((crc32(checked) ^ FINGERPRINT_XOR) >>> 0)
  return Buffer.concat([checked, formatAttribute(FINGERPRINT, checksum)])
}

/** @param mask cookie and transaction id */
function formatXorAddress({ address, port }: Address, mask: Buffer): Buffer {
  const bytes = isIPv4(address) ? Buffer.from(address.split('.').map(Number)) : parseIPv6(address)
  const value = Buffer.alloc(4 + bytes.length)
  value[1] = bytes.length === 4 ? 1 : 2
  value.writeUInt16BE(port ^ (MAGIC_COOKIE >>> 16), 2)
  for (const [index, byte] of bytes.entries()) value[4 + index] = byte ^ mask.readUInt8(index)
  return value
}

/** As the operating system writes addresses: with at most one `::`, without an embedded IPv4 address. */
function parseIPv6(address: string): Buffer {
  const [head = '', tail] = (address.split('%', 1)[0] ?? '').split('::')
  const parse = (part: string | undefined) => (part ? part.split(':').map((word) => Number.parseInt(word, 16)) : [])
  const [first, last] = [parse(head), parse(tail)]
  const words = [...first, ...Array.from({ length: Math.max(0, 8 - first.length - last.length) }, () => 0), ...last]
  const bytes = Buffer.alloc(16)
  for (const [index, word] of words.slice(0, 8).entries()) bytes.writeUInt16BE(word & 0xffff, index * 2)
  return bytes
}

/** The length in the header counts what is to follow as well. */
function withLength(message: Buffer, added: number): Buffer {
  message.writeUInt16BE(message.length - HEADER_LENGTH + added, 2)
  return message
}

function formatAttribute(type: number, value: Buffer): Buffer {
  const header = Buffer.alloc(4)
  header.writeUInt16BE(type)
  header.writeUInt16BE(value.length, 2)
  return Buffer.concat([header, value])
}

function sign(message: Buffer, password: string): Buffer {
  return createHmac('sha1', password).update(message).digest()
}
