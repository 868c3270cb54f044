import { expect, it } from 'vitest'
import { cpuOfTree } from './machine.ts'

it.runIf(process.platform === 'linux')(
  'counts what a process and its children have used of the processor',
  async () => {
    const { user, system } = process.cpuUsage()
    const tickMicroseconds = 10_000
    // Each of two sums is rounded down to whole ticks.
    expect(await cpuOfTree(process.pid)).toBeGreaterThanOrEqual(user + system - 2 * tickMicroseconds)
    expect(await cpuOfTree(process.ppid)).toBeGreaterThanOrEqual((await cpuOfTree(process.pid)) - tickMicroseconds)
  },
)

it('says that it does not know of a process that is not there', async () => {
  expect(await cpuOfTree(2 ** 30)).toBeNaN()
})
