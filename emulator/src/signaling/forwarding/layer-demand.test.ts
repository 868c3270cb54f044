import { beforeEach, describe, expect, it } from 'vitest'
import { LayerDemand } from './layer-demand.ts'

let demand: LayerDemand
beforeEach(() => {
  demand = new LayerDemand(0)
})

describe('LayerDemand', () => {
  it('leaves a publisher alone at first, then takes off what nobody gets', () => {
    expect(demand.update(-1, 3, 3, 1000)).toBeNull()
    expect(demand.update(-1, 3, 3, 2900)).toBeNull()
    expect(demand.update(-1, 3, 3, 3100)).toEqual([false, false, false])
    expect(demand.update(-1, 3, 3, 3200)).toBeNull()
  })

  it('waits longer for a layer that has not come yet, if not for ever', () => {
    expect(demand.update(-1, 3, 2, 19_000)).toBeNull()
    expect(demand.update(-1, 3, 3, 19_500)).toEqual([false, false, false])
    const other = new LayerDemand(0)
    expect(other.update(-1, 3, 1, 19_400)).toBeNull()
    expect(other.update(-1, 3, 1, 20_100)).toEqual([false, false, false])
  })

  it('waits for no other layer once somebody gets one', () => {
    expect(demand.update(0, 3, 2, 0)).toBeNull()
    expect(demand.update(0, 3, 2, 3100)).toEqual([true, false, false])
    expect(demand.update(-1, 3, 2, 3200)).toBeNull()
    expect(demand.update(-1, 3, 2, 3800)).toEqual([false, false, false])
  })

  it('puts layers on at once, and takes them off after a while', () => {
    demand.update(0, 3, 3, 0)
    demand.update(0, 3, 3, 4000)
    expect(demand.update(2, 3, 3, 4001)).toEqual([true, true, true])
    expect(demand.update(1, 3, 3, 5000)).toBeNull()
    expect(demand.update(2, 3, 3, 5300)).toBeNull()
    expect(demand.update(1, 3, 3, 5400)).toBeNull()
    expect(demand.update(1, 3, 3, 6000)).toEqual([true, true, false])
  })

  it('says everything again after a reset', () => {
    demand.update(0, 2, 2, 0)
    expect(demand.update(0, 2, 2, 4000)).toEqual([true, false])
    demand.reset()
    demand.update(0, 2, 2, 5000)
    expect(demand.update(0, 2, 2, 6000)).toEqual([true, false])
  })
})
