import net from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type HintOptions, openHints, PROOF_TIME, prove } from '../../../../src/discovery/hints/hints.ts';
import { HintsError } from '../../../../src/discovery/hints/hints-error.ts';
import type { Subscription } from '../../../../src/discovery/subscription.ts';
import { ms } from '../../../../src/model/millis.ts';
import { realClock } from '../../../../src/runtime/clock.ts';
import { until } from '../../../helpers/until.ts';
import { virtualClock } from '../../../helpers/virtual-clock.ts';

const AFTER = ms(PROOF_TIME + 1);

describe('the proof', () => {
  /** Hints that a test gives by hand; `said` is all that whoever opened them was told. */
  function open({ show = () => {}, onProof = () => {} }: { show?: () => void; onProof?: () => void } = {}) {
    const clock = virtualClock();
    const said: string[] = [];
    const given = { hint: () => {}, lost: (_reason: Error) => {}, isClosed: false };
    const parts = {
      show,
      open(hint: () => void, lost: (reason: Error) => void): Subscription {
        Object.assign(given, { hint, lost });
        return {
          close() {
            given.isClosed = true;
          },
        };
      },
    };
    const options: HintOptions = {
      kind: 'tracefs',
      protocols: ['tcp'],
      ports: [{ from: 0, to: 65_535 }],
      clock,
      hint: () => said.push('hint'),
      lost: (reason) => said.push(`lost: ${reason.message}`),
    };
    const start = (): Subscription =>
      prove(parts, options, (error) => {
        said.push(error === undefined ? 'proven' : `unproven: ${error.message}`);
        onProof();
      });
    return { clock, said, given, start };
  }

  it('is given by the first hint, which is a hint as well', async () => {
    const { clock, said, given, start } = open();
    start();
    expect(clock.pending()).toEqual(['hints canary tracefs']);
    given.hint();
    expect(said).toEqual(['proven', 'hint']);
    expect(clock.pending()).toEqual([]);
    given.hint();
    await clock.advance(ms(3 * PROOF_TIME));
    expect(said).toEqual(['proven', 'hint', 'hint']);
    expect(given.isClosed).toBe(false);
  });

  it('fails after two seconds of silence, and closes', async () => {
    const { clock, said, given, start } = open();
    start();
    await clock.advance(PROOF_TIME);
    expect(said).toEqual([]);
    await clock.advance(AFTER);
    expect(said).toEqual(['unproven: tracefs hints do not arrive: the first was not heard within 2000 ms']);
    expect(given.isClosed).toBe(true);
    expect(clock.pending()).toEqual([]);
  });

  it('counts a hint that was there in time, and is read only after a stall', async () => {
    const { clock, said, given, start } = open();
    start();
    clock.stall(ms(10 * PROOF_TIME));
    const read = clock.advance(ms(10 * PROOF_TIME)); // the late timer comes first
    given.hint();
    await read;
    await clock.advance(ms(20 * PROOF_TIME));
    expect(said).toEqual(['proven', 'hint']);
  });

  it('fails with the reason when the stream ends before it', async () => {
    const { clock, said, given, start } = open();
    start();
    given.lost(new Error('gone'));
    await clock.advance(ms(2 * PROOF_TIME));
    expect(said).toEqual(['unproven: gone']);
    expect(clock.pending()).toEqual([]);
  });

  it('leaves what comes after it to `lost`', () => {
    const { said, given, start } = open();
    start();
    given.hint();
    given.lost(new Error('gone'));
    expect(said).toEqual(['proven', 'hint', 'lost: gone']);
  });

  it('is not given any more once it is closed', async () => {
    const { clock, said, given, start } = open();
    start().close();
    expect(given.isClosed).toBe(true);
    expect(clock.pending()).toEqual([]);
    await clock.advance(ms(2 * PROOF_TIME));
    expect(said).toEqual([]);
  });

  it('is no hint any more when whoever hears of it closes', () => {
    const { said, given, start } = open({ onProof: () => subscription.close() });
    const subscription = start();
    given.hint();
    expect(said).toEqual(['proven']);
    expect(given.isClosed).toBe(true);
  });

  it('leaves nothing behind when the canary cannot be shown', () => {
    const show = (): void => {
      throw new HintsError('no canary');
    };
    const { clock, given, start } = open({ show });
    expect(start).toThrow('no canary');
    expect(given.isClosed).toBe(true);
    expect(clock.pending()).toEqual([]);
  });
});

describe('openHints', () => {
  const clock = realClock();
  let opened: Subscription[] = [];
  afterEach(() => {
    for (const each of opened) each.close();
    opened = [];
    expect(clock.pending()).toEqual([]);
  });

  function openDestroy(options: Partial<HintOptions> = {}): { said: string[] } {
    const said: string[] = [];
    const { hint = () => said.push('hint'), lost = (reason) => said.push(`lost: ${reason.message}`) } = options;
    const all: HintOptions = {
      kind: 'destroy',
      protocols: ['tcp'],
      ports: [{ from: 0, to: 65_535 }],
      clock,
      hint,
      lost,
      ...options,
    };
    opened.push(openHints(all, (error) => said.push(error === undefined ? 'proven' : `unproven: ${error.message}`)));
    return { said };
  }

  it.each([
    ['tcp', ['tcp'] as const, []],
    ['udp', ['udp'] as const, []],
    ['both', ['tcp', 'udp'] as const, []],
    ['a range', ['tcp'] as const, [{ from: 1, to: 1 }]],
    ['more ranges than the kernel is given', ['tcp'] as const, Array.from({ length: 17 }, () => ({ from: 1, to: 1 }))],
  ])('hears its canary: %s', async (_name, protocols, ports) => {
    const { said } = openDestroy({ protocols, ports });
    await until('the proof', () => said.includes('proven'));
  });

  it('hears of a listener that goes', async () => {
    const server = net.createServer();
    await new Promise<void>((resolve) => server.listen({ host: '127.0.0.9', port: 0 }, resolve));
    const { port } = server.address() as net.AddressInfo;
    const { said } = openDestroy({ ports: [{ from: port, to: port }] });
    await until('the proof', () => said.includes('hint'));
    const before = said.length;
    server.close();
    await until('a hint', () => said.length > before);
  });

  it('says when a kind has nothing to say of the protocols', () => {
    expect(() => openDestroy({ kind: 'tracefs', protocols: ['udp'] })).toThrow(
      new HintsError('tracefs has no hints of udp'),
    );
    expect(() => openDestroy({ protocols: [] })).toThrow(new HintsError('destroy has no hints of no protocol'));
  });
});
