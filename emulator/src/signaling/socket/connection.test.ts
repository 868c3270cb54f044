import { EventEmitter } from 'node:events'
import type { WebSocket } from 'ws'
import { describe, expect, it } from 'vitest'
import { Connection } from './connection.ts'

describe('Connection', () => {
  it('sends a heartbeat before each period is over, unless it has said something else', () => {
    const { connection, sent, run, say } = connect()
    say({ type: 'hello', timeout: 5000 })
    expect(sent).toEqual(['{"type":"welcome","negotiatedTimeout":5000}'])
    run(3)
    expect(sent).toHaveLength(1)
    run(1)
    expect(sent.slice(1)).toEqual(['{"type":"heartbeat"}'])
    connection.send('{}')
    run(3)
    expect(sent.slice(2)).toEqual(['{"type":"msg","body":{}}'])
  })

  it('keeps the period within bounds, whatever the client asks for', () => {
    for (const [timeout, negotiatedTimeout] of [
      [1, 1000],
      [1e9, 60_000],
      ['x', 5000],
      [undefined, 5000],
    ]) {
      const { sent, say } = connect()
      say({ type: 'hello', timeout })
      expect(JSON.parse(sent[0] ?? '')).toEqual({ type: 'welcome', negotiatedTimeout })
    }
  })

  it('drops a client that is silent for three periods', () => {
    const { connection, events, run, say } = connect()
    say({ type: 'hello', timeout: 5000 })
    connection.authorize()
    run(10)
    say({ type: 'heartbeat' })
    run(15)
    expect(events).toEqual([])
    run(1)
    expect(events).toEqual(['terminated', 'lost'])
  })

  it('drops a client that never says hello', () => {
    const { events, run } = connect()
    run(9)
    expect(events).toEqual([])
    run(1)
    expect(events).toEqual(['terminated', 'lost'])
  })

  it('drops a client that shows no valid access token in time, whatever else it says', () => {
    const { events, run, say } = connect()
    for (let second = 0; second < 9; second++) {
      say({ type: 'hello', timeout: 5000 })
      run(1)
    }
    expect(events).toEqual([])
    run(1)
    expect(events).toEqual(['terminated', 'lost'])
  })

  it('does not blame the client when the machine was asleep', () => {
    const { connection, events, time, run, say } = connect()
    say({ type: 'hello', timeout: 5000 })
    connection.authorize()
    time.now += 3_600_000
    connection.forgiveSilence(time.now)
    connection.tick(time.now)
    run(14)
    expect(events).toEqual([])
  })

  it('says nothing more once the client has said bye', () => {
    const { sent, events, run, say } = connect()
    say({ type: 'hello', timeout: 5000 })
    say({ type: 'bye' })
    expect(events).toEqual(['left'])
    run(14)
    expect(sent).toHaveLength(1)
    run(1)
    expect(events).toEqual(['left', 'terminated'])
  })

  it('drops a client that does not go when it is told to', () => {
    const { connection, events, run, say } = connect()
    say({ type: 'hello' })
    connection.finish()
    say({ type: 'msg', body: 1 })
    for (let count = 0; count < 14; count++) {
      say({ type: 'heartbeat' })
      run(1)
    }
    expect(events).toEqual([])
    run(1)
    expect(events).toEqual(['terminated'])
  })

  it('runs the body of the first hello only', () => {
    const { events, say } = connect()
    say({ type: 'hello', body: 'one' })
    say({ type: 'hello', body: 'two' })
    expect(events).toEqual(['message one'])
  })

  it('passes on no message before the hello', () => {
    const { events, say } = connect()
    say({ type: 'msg', body: 'early' })
    expect(events).toEqual([])
  })

  it('drops a client that does not read', () => {
    const { connection, socket, events, say } = connect()
    say({ type: 'hello' })
    socket.bufferedAmount = 9 * 1024 * 1024
    connection.send('{}')
    expect(events).toEqual(['terminated', 'lost'])
  })
})

/** A connection on a socket that only takes notes, and a time that stands still. */
function connect() {
  const time = { now: 0 }
  const sent: string[] = []
  const events: string[] = []
  const socket = Object.assign(new EventEmitter(), {
    OPEN: 1,
    readyState: 1,
    bufferedAmount: 0,
    send: (frame: string | Buffer) => sent.push(frame.toString()),
    close: (code: number) => events.push(`closed ${code}`),
    terminate() {
      events.push('terminated')
      socket.readyState = 3
      socket.emit('close', 1006)
    },
  })
  const connection = new Connection(
    socket as unknown as WebSocket,
    () => ({
      onMessage: (body) => events.push(`message ${JSON.stringify(body).replaceAll('"', '')}`),
      onClose: (clean) => events.push(clean ? 'left' : 'lost'),
    }),
    () => time.now,
  )
  return {
    connection,
    socket,
    time,
    sent,
    events,
    say: (frame: object) => socket.emit('message', Buffer.from(JSON.stringify(frame)), false),
    /** Lets seconds pass, with a tick at each. */
    run: (seconds: number) => {
      for (let second = 0; second < seconds; second++) {
        time.now += 1000
        connection.tick(time.now)
      }
    },
  }
}
