import { describe, expect, it } from 'vitest';
import { ms } from '../../../../src/model/millis.ts';
import { createNeighbors, type Neighbors } from '../../../../src/sink/exabgp/neighbors.ts';

const DAY = 86_400_000;
type State = Parameters<Neighbors['heard']>[0]['state'];

function rig(followsAnother = false) {
  const neighbors = createNeighbors(followsAnother);
  return {
    ...neighbors,
    say: (neighbor: string, state: State, at = 0, reason?: string) =>
      neighbors.heard({ type: 'neighbor', neighbor, state, ...(reason !== undefined && { reason }) }, ms(at)),
    at: (at: number) => neighbors.known(ms(at)).map(({ address, state, since }) => [address, state, since]),
  };
}

describe("ExaBGP's neighbors", () => {
  it('have a session or none since it came or went, whatever is tried meanwhile', () => {
    const { say, at } = rig();
    say('192.0.2.9', 'connected', 1);
    expect(at(1)).toEqual([['192.0.2.9', 'connecting', 1]]);
    say('192.0.2.9', 'down', 2);
    say('192.0.2.9', 'connected', 3);
    expect(at(3)).toEqual([['192.0.2.9', 'connecting', 1]]);
    say('192.0.2.9', 'up', 4);
    say('192.0.2.9', 'connected', 5);
    expect(at(5)).toEqual([['192.0.2.9', 'established', 4]]);
    say('192.0.2.9', 'down', 6);
    say('192.0.2.9', 'down', 7);
    expect(at(7)).toEqual([['192.0.2.9', 'idle', 6]]);
  });

  it('stand in the order of their addresses, whoever came first', () => {
    const { say, at } = rig();
    for (const address of ['192.0.2.9', '192.0.2.7', '192.0.2.8']) say(address, 'up');
    expect(at(0).map(([address]) => address)).toEqual(['192.0.2.7', '192.0.2.8', '192.0.2.9']);
  });

  it('may be more than those that are known, where one was up before it was heard of, or somebody else was here', () => {
    const fresh = rig();
    fresh.say('192.0.2.9', 'connected');
    fresh.say('192.0.2.9', 'down');
    expect(fresh.mayHaveOthers()).toBe(false);
    fresh.say('192.0.2.8', 'down');
    expect(fresh.mayHaveOthers()).toBe(true);
    expect(rig(true).mayHaveOthers()).toBe(true);
  });

  it('are forgotten after a day without a session, as long as another one has one', () => {
    const { say, at } = rig();
    say('192.0.2.9', 'down', 0);
    expect(at(10 * DAY)).toHaveLength(1);
    say('192.0.2.8', 'up', 0);
    expect(at(DAY - 1)).toHaveLength(2);
    expect(at(DAY)).toEqual([['192.0.2.8', 'established', 0]]);
    say('192.0.2.9', 'up', DAY);
    expect(at(2 * DAY)).toHaveLength(2);
  });

  it('are bounded, have addresses in one form, and reasons of some length', () => {
    const { say, known } = rig();
    say('2001:DB8:0::1', 'down', 0, 'x'.repeat(60_000));
    say('nobody', 'up');
    expect(known(ms(0))).toEqual([
      { address: '2001:db8::1', state: 'idle', since: 0, last: expect.stringMatching(/^x{300}$/) },
    ]);
    for (let index = 0; index < 5_000; index++) say(`10.0.${index >> 8}.${index & 255}`, 'up');
    expect(known(ms(0))).toHaveLength(1_000);
  });
});
