import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import type { Credentials } from '../../src/index.ts'
import type { World } from '../browser/world.ts'
import type { Scenario } from './scenario.ts'

type Forgery = {
  header?: Record<string, unknown>
  claims?: Record<string, unknown>
  secret?: string
}

/** Access tokens that Twilio refuses, each with a code of its own. */
export const tokens: Scenario[] = [
  refused('a token that is no JWT', 20101, () => 'badToken'),
  refused('a token of another content type', 20102, forged({ header: { alg: 'HS256', typ: 'JWT', cty: 'other' } })),
  refused('a token of an unknown API key', 20103, forged({ claims: { iss: 'SK00000000000000000000000000000000' } })),
  refused(
    'a token of an unknown API key, whatever its signature,',
    20103,
    forged({ claims: { iss: 'SK00000000000000000000000000000000' }, secret: 'another secret' }),
  ),
  refused('a token of another account', 20103, forged({ claims: { sub: 'AC00000000000000000000000000000000' } })),
  refused('an expired token', 20104, forged({ claims: { exp: secondsFromNow(-60) } })),
  refused('a token for more than a day', 20104, forged({ claims: { exp: secondsFromNow(86_400 * 2) } })),
  refused('a token that is not valid yet', 20105, forged({ claims: { nbf: secondsFromNow(600) } })),
  refused('a token without a video grant', 20106, forged({ claims: { grants: { identity: 'alice' } } })),
  refused('a token signed with another secret', 20107, forged({ secret: 'another secret' })),
  refused(
    'a token for another room',
    20106,
    forged({ claims: { grants: { identity: 'alice', video: { room: 'b' } } } }),
  ),
  refused('an empty identity', 53200, forged({ claims: { grants: { identity: '', video: {} } } })),
  refused('an identity of 129 characters', 53201, forged({ claims: grants('a'.repeat(129)) })),
  refused('an identity that is no Unicode text', 53202, forged({ claims: grants('\ud800') })),
  {
    name: 'an identity of 128 characters comes back as it was',
    async run(world) {
      const alice = await world.join('a'.repeat(128), { room: 'a' })
      assert.equal(await alice.room.evaluate(({ localParticipant }) => localParticipant.identity), 'a'.repeat(128))
    },
  },
  {
    name: 'a token for one room opens it, by its name and by its sid',
    async run(world) {
      const { sid } = await world.rest.video.v1.rooms.create({ uniqueName: 'ours' })
      const page = await world.openPage()
      for (const room of ['ours', sid]) {
        for (const name of ['ours', sid]) {
          const alice = await world.join('alice', { page, room: name, token: world.token('alice', { room }) })
          assert.equal(await alice.room.evaluate((room) => room.sid), sid)
          await alice.leave()
        }
      }
    },
  },
  {
    name: 'a token for one room opens that room when no name is asked for',
    async run(world) {
      const alice = await world.join('alice', { token: world.token('alice', { room: 'ours' }) })
      assert.equal(await alice.room.evaluate((room) => room.name), 'ours')
    },
  },
]

function refused(what: string, code: number, token: (credentials: Credentials) => string): Scenario {
  return {
    name: `${what} is refused with ${code}`,
    async run(world: World) {
      const page = await world.openPage()
      const refusal = await page.evaluate(
        (token) => window.stage.refusal(token, { name: 'a' }),
        token(world.emulator.credentials),
      )
      assert.equal(refusal, code)
    },
  }
}

function forged(forgery: Forgery): (credentials: Credentials) => string {
  return ({ accountSid, apiKeySid, apiKeySecret }) => {
    const header = forgery.header ?? { alg: 'HS256', typ: 'JWT', cty: 'twilio-fpa;v=1' }
    const iat = secondsFromNow(0)
    const claims = {
      jti: `${apiKeySid}-${iat}`,
      grants: { identity: 'alice', video: {} },
      iat,
      exp: iat + 3600,
      iss: apiKeySid,
      sub: accountSid,
      ...forgery.claims,
    }
    const text = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
    const signature = createHmac('sha256', forgery.secret ?? apiKeySecret).update(text)
    return `${text}.${signature.digest('base64url')}`
  }
}

function grants(identity: string) {
  return { grants: { identity, video: {} } }
}

function secondsFromNow(seconds: number): number {
  return Math.floor(Date.now() / 1000) + seconds
}
