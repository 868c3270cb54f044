// Opens connections that never finish a request: each sends one byte a second. Says when all have been opened, and
// when the server has closed them all.
// node slow-clients.ts <port> <count> <address to call from>
import { connect } from 'node:net'

const [port, count, localAddress] = process.argv.slice(2)
const REQUEST = 'POST /trpc/rooms.create HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\nx-padding: '

let opened = 0
let closed = 0
for (let index = 0; index < Number(count); index++) {
  open()
  // In small groups: a backlog that overflows would only delay them.
  if (index % 100 === 99) await new Promise((resolve) => setTimeout(resolve, 5))
}

function open(): void {
  const socket = connect({ port: Number(port), host: '127.0.0.1', ...(localAddress !== undefined && { localAddress }) })
  let isOpen = false
  let position = 0
  const timer = setInterval(() => socket.write(REQUEST[position++] ?? 'x'), 1000)
  socket.on('connect', () => {
    isOpen = true
    if (++opened === Number(count)) process.stdout.write(`opened ${opened}\n`)
  })
  socket.on('error', () => undefined)
  socket.on('close', () => {
    clearInterval(timer)
    // The kernel turned it away, not the server: try again.
    if (!isOpen) setTimeout(open, 50)
    else if (++closed === Number(count)) process.stdout.write('all closed\n')
  })
}
