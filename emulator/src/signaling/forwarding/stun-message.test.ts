import fc from 'fast-check'
import { Message, classes, methods, parseMessage } from 'werift'
import { expect, it } from 'vitest'
import { formatBindingSuccess, parseBindingRequest } from './stun-message.ts'

function createRequest(password: string): Buffer {
  const request = new Message(methods.BINDING, classes.REQUEST)
  request.setAttribute('USERNAME', 'ours:theirs').setAttribute('PRIORITY', 1).setAttribute('USE-CANDIDATE', null)
  request.addMessageIntegrity(Buffer.from(password)).addFingerprint()
  return request.bytes
}

it('reads a check, and who could have made it', () => {
  const request = parseBindingRequest(createRequest('secret'))
  expect(request).toMatchObject({ localUfrag: 'ours', isNominated: true })
  expect([request?.isAuthentic('secret'), request?.isAuthentic('other')]).toEqual([true, false])
})

it.each([
  ['203.0.113.5', 54_321],
  ['fd00::2', 1],
  ['2001:db8:1:2:3:4:5:6', 65_535],
  ['::1', 9],
])('confirms a check from %s to its sender', (address, port) => {
  const bytes = createRequest('secret')
  const request = parseBindingRequest(bytes)
  const response = formatBindingSuccess(request?.transactionId ?? Buffer.alloc(12), 'secret', { address, port })
  const read = parseMessage(response, Buffer.from('secret'))
  expect(read?.messageClass).toBe(classes.RESPONSE)
  const [mapped, mappedPort] = (read as Message).getAttributeValue('XOR-MAPPED-ADDRESS') as [string, number]
  expect([new URL(`http://${address.includes(':') ? `[${address}]` : address}/`).hostname, port]).toEqual([
    new URL(`http://${mapped.includes(':') ? `[${mapped}]` : mapped}/`).hostname,
    mappedPort,
  ])
})

it('takes nothing that was changed, and throws at nothing', () => {
  const bytes = createRequest('secret')
  fc.assert(
    fc.property(fc.nat(bytes.length - 33), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const changed = Buffer.from(bytes)
      changed.writeUInt8(changed.readUInt8(at) ^ change, at)
      expect(parseBindingRequest(changed)?.isAuthentic('secret') ?? false).toBe(false)
    }),
  )
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (tail) => {
      const message = Buffer.concat([bytes.subarray(0, 20), Buffer.from(tail)])
      message.writeUInt16BE(tail.length, 2)
      parseBindingRequest(message)
    }),
    { numRuns: 1000 },
  )
})
