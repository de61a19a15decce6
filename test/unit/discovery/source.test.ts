import { describe, expect, it } from 'vitest';
import { NetlinkError } from '../../../src/discovery/netlink/requests.ts';
import type { HostFacts, Reader } from '../../../src/discovery/reader.ts';
import { createSource, HOST_INTERVAL, type Source } from '../../../src/discovery/source.ts';
import type { Event, FactsRead } from '../../../src/model/event.ts';
import type { AssignedAddress, Listener } from '../../../src/model/facts.ts';
import { ms } from '../../../src/model/millis.ts';
import { factsRead } from '../../helpers/core.ts';
import * as facts from '../../helpers/facts.ts';
import { readAtOnce } from '../../helpers/reader.ts';
import { RecordingLog } from '../../helpers/recording-log.ts';
import { SteppedClock } from '../../helpers/stepped-clock.ts';

const INTERVAL = ms(250);

class FakeKernel implements Reader {
  readonly calls: string[] = [];
  listeners: readonly Listener[] = [];
  host: HostFacts = { addresses: [], devices: [] };
  failure: Partial<Record<'readHost' | 'readListeners' | 'subscribe', Error>> = {};
  openSubscriptions = 0;
  hint: () => void = () => {};
  lose: () => void = () => {};

  readonly read = readAtOnce(
    () => {
      this.#called('readHost');
      return this.host;
    },
    () => {
      this.#called('readListeners');
      return this.listeners;
    },
  );

  subscribe(hint: () => void, lost: (reason: Error) => void) {
    this.#called('subscribe');
    this.openSubscriptions++;
    this.hint = hint;
    this.lose = () => {
      this.openSubscriptions--;
      lost(new NetlinkError('overrun'));
    };
    return {
      close: () => {
        this.calls.push('unsubscribe');
        this.openSubscriptions--;
      },
    };
  }

  close(): void {
    this.calls.push('close');
  }

  /** The calls since the last time. */
  heard(): string[] {
    return this.calls.splice(0);
  }

  #called(name: 'readHost' | 'readListeners' | 'subscribe'): void {
    this.calls.push(name);
    const error = this.failure[name];
    if (error !== undefined) throw error;
  }
}

const listener = (port: number): Listener => facts.listener('192.0.2.1', port);
const address = (text: string): AssignedAddress => facts.assigned(text);
const unreadable = new NetlinkError('netlink dump', 16);

interface Rig {
  readonly clock: SteppedClock;
  readonly kernel: FakeKernel;
  readonly log: RecordingLog;
  readonly source: Source;
  /** The events since the last time. */
  events(): Event[];
}

function rig(prepare: (kernel: FakeKernel) => void = () => {}): Rig {
  const clock = new SteppedClock();
  const kernel = new FakeKernel();
  const log = new RecordingLog();
  const events: Event[] = [];
  kernel.listeners = [listener(80)];
  kernel.host = { addresses: [address('192.0.2.1')], devices: [facts.device('lo')] };
  prepare(kernel);
  const source = createSource({
    ...{ reader: kernel, interval: INTERVAL, clock, log },
    processorTime: () => ms(0),
    push: (event) => events.push(event),
  });
  return { clock, kernel, log, source, events: () => events.splice(0) };
}

/** A source that has read everything once, and of which that was heard. */
function started(prepare?: (kernel: FakeKernel) => void): Rig {
  const made = rig(prepare);
  made.source.start();
  made.events();
  made.kernel.heard();
  return made;
}

const everything = (at: number): FactsRead =>
  factsRead(at, {
    resync: true,
    listeners: { added: [listener(80)], removed: [] },
    addresses: { added: [address('192.0.2.1')], removed: [] },
    devices: { added: [facts.device('lo')], removed: [] },
  });
const failed = (at: number): Event => ({
  type: 'discoveryFailed',
  at: ms(at),
  detail: 'netlink dump: EBUSY',
});

describe('the first reading', () => {
  it('happens at once, after subscribing, and says everything anew', () => {
    const { source, kernel, events } = rig();
    source.start();
    expect(kernel.heard()).toEqual(['subscribe', 'readHost', 'readListeners']);
    expect(events()).toEqual([everything(1_000)]);
  });

  it('is told even when there is nothing on this host', () => {
    const { source, events } = rig((kernel) => {
      kernel.listeners = [];
      kernel.host = { addresses: [], devices: [] };
    });
    source.start();
    expect(events()).toEqual([factsRead(1_000, { resync: true })]);
  });

  it('says what can be read when a part cannot, and the rest when it can', () => {
    const { source, kernel, clock, events } = rig((fake) => {
      fake.failure = { readListeners: unreadable };
    });
    source.start();
    const host = { addresses: everything(1_000).addresses, devices: everything(1_000).devices };
    expect(events()).toEqual([factsRead(1_000, { resync: true, isWhole: false, ...host }), failed(1_000)]);
    kernel.failure = {};
    clock.advance(INTERVAL);
    expect(events()).toEqual([factsRead(1_250, { listeners: { added: [listener(80)], removed: [] } })]);
  });

  it('says everything anew when nothing could be read before', () => {
    const { source, kernel, clock, events } = rig((fake) => {
      fake.failure = { readListeners: unreadable, readHost: unreadable };
    });
    source.start();
    expect(events()).toMatchObject([{ type: 'discoveryFailed', detail: 'netlink dump: EBUSY; netlink dump: EBUSY' }]);
    kernel.failure = {};
    clock.advance(INTERVAL);
    expect(events()).toEqual([everything(1_250)]);
  });
});

describe('the interval', () => {
  it('reads listeners alone, and says nothing while they are the same', () => {
    const { kernel, clock, events } = started();
    clock.advance(INTERVAL * 3);
    expect(kernel.heard()).toEqual(['readListeners', 'readListeners', 'readListeners']);
    expect(events()).toEqual([]);
  });

  it('says nothing of an array that is new and holds the same', () => {
    const { kernel, clock, events } = started();
    kernel.listeners = [listener(80)];
    clock.advance(INTERVAL);
    expect(events()).toEqual([]);
  });

  it('says which listeners came and went, and when that was read', () => {
    const { kernel, clock, events } = started();
    kernel.listeners = [listener(443)];
    clock.advance(INTERVAL);
    expect(events()).toEqual([
      factsRead(1_250, { listeners: { added: [listener(443)], removed: ['tcp/ipv4 192.0.2.1:80'] } }),
    ]);
    clock.advance(INTERVAL);
    expect(events()).toEqual([]);
  });

  it('reads devices and addresses every ten seconds though nothing hints at them', () => {
    const { kernel, clock, events } = started();
    kernel.host = { addresses: [], devices: [] };
    clock.advance(HOST_INTERVAL - 1);
    expect(kernel.heard()).not.toContain('readHost');
    expect(events()).toEqual([]);
    clock.advance(1);
    expect(kernel.heard()).toContain('readHost');
    expect(events()).toEqual([
      factsRead(11_000, {
        addresses: { added: [], removed: ['192.0.2.1/32 lo'] },
        devices: { added: [], removed: ['lo'] },
      }),
    ]);
  });
});

describe('readAnew', () => {
  it('reads everything, and tells all of it once more', () => {
    const { source, kernel, clock, events } = started();
    source.readAnew();
    expect(kernel.heard()).toEqual(['readHost', 'readListeners']);
    expect(events()).toEqual([everything(1_000)]);
    clock.advance(INTERVAL);
    expect(events()).toEqual([]);
  });

  it('tells no part of it, which would void the rest', () => {
    const { source, kernel, clock, events } = started();
    kernel.failure = { readHost: unreadable };
    kernel.listeners = [];
    source.readAnew();
    clock.advance(INTERVAL);
    expect(events()).toEqual([failed(1_000)]);
    kernel.failure = {};
    kernel.listeners = [listener(80)];
    clock.advance(INTERVAL);
    expect(events()).toEqual([everything(1_500)]);
  });
});

describe('lookNow', () => {
  it('reads everything, and answers though nothing changed', () => {
    const { source, kernel, events } = started();
    source.lookNow();
    expect(kernel.heard()).toEqual(['readHost', 'readListeners']);
    expect(events()).toEqual([factsRead(1_000)]);
  });

  it('answers each time', () => {
    const { source, clock, events } = started();
    source.lookNow();
    clock.advance(1);
    source.lookNow();
    expect(events()).toEqual([factsRead(1_000), factsRead(1_001)]);
  });

  it('leaves the interval as it was', () => {
    const { source, kernel, clock } = started();
    clock.advance(100);
    source.lookNow();
    kernel.heard();
    clock.advance(149);
    expect(kernel.heard()).toEqual([]);
    clock.advance(1);
    expect(kernel.heard()).toEqual(['readListeners']);
  });
});

describe('a failure', () => {
  it.each(['readHost', 'readListeners'] as const)('of %s is told once, and never as an empty host', (call) => {
    const { source, kernel, clock, events } = started();
    kernel.failure = { [call]: unreadable };
    source.lookNow();
    clock.advance(INTERVAL * 4);
    expect(events()).toEqual([failed(1_000)]);
  });

  it('of the interval is told once, and once more for each lookNow', () => {
    const { source, kernel, clock, events } = started();
    kernel.failure = { readListeners: unreadable };
    clock.advance(INTERVAL * 2);
    expect(events()).toEqual([failed(1_250)]);
    source.lookNow();
    source.lookNow();
    expect(events()).toEqual([failed(1_500), failed(1_500)]);
  });

  it('is followed by factsRead when it is over, though nothing changed', () => {
    const { kernel, clock, events } = started();
    kernel.failure = { readListeners: unreadable };
    clock.advance(INTERVAL);
    events();
    kernel.failure = {};
    clock.advance(INTERVAL);
    expect(events()).toEqual([factsRead(1_500)]);
    clock.advance(INTERVAL);
    expect(events()).toEqual([]);
  });

  it('of one kind of fact lets the other be seen, as a part', () => {
    const { kernel, clock, events } = started();
    kernel.failure = { readListeners: unreadable };
    kernel.host = { addresses: [], devices: [facts.device('lo')] };
    kernel.hint();
    const withoutAddress = { addresses: { added: [], removed: ['192.0.2.1/32 lo'] } };
    expect(events()).toEqual([factsRead(1_000, { ...withoutAddress, isWhole: false }), failed(1_000)]);
    kernel.failure = { readHost: unreadable };
    kernel.listeners = [];
    clock.advance(INTERVAL);
    const withoutListener = { listeners: { added: [], removed: ['tcp/ipv4 192.0.2.1:80'] } };
    expect(events()).toEqual([factsRead(1_250, { ...withoutListener, isWhole: false })]);
    kernel.failure = {};
    clock.advance(INTERVAL);
    expect(events()).toEqual([factsRead(1_500)]);
  });

  it('loses nothing of what changed before it', () => {
    const { kernel, clock, events } = started();
    kernel.listeners = [listener(443)];
    kernel.failure = { readListeners: unreadable };
    clock.advance(INTERVAL);
    kernel.failure = {};
    clock.advance(INTERVAL);
    expect(events()).toEqual([
      failed(1_250),
      factsRead(1_500, { listeners: { added: [listener(443)], removed: ['tcp/ipv4 192.0.2.1:80'] } }),
    ]);
  });

  it.each(['readHost', 'readListeners', 'subscribe'] as const)(
    'of ours in %s is not taken for the kernel’s',
    (call) => {
      const mistake = new TypeError('x is not a function');
      const { source, events } = rig((kernel) => {
        kernel.failure = { [call]: mistake };
      });
      expect(() => source.start()).toThrow(mistake);
      expect(events()).toEqual([]);
    },
  );
});

describe('a reading', () => {
  it('asks first whether this process stood still: it may come before the timers that would say so', () => {
    const { kernel, clock } = started();
    clock.advance(100);
    clock.noticed.length = 0;
    kernel.hint();
    expect(clock.noticed).toEqual([1_100, 1_100]);
  });
});

describe('a hint', () => {
  it('leads to a reading of everything at once', () => {
    const { kernel, clock, events } = started();
    clock.advance(100);
    kernel.host = { addresses: [address('192.0.2.1'), address('192.0.2.2')], devices: [facts.device('lo')] };
    kernel.hint();
    expect(kernel.heard()).toEqual(['readHost', 'readListeners']);
    expect(events()).toEqual([factsRead(1_100, { addresses: { added: [address('192.0.2.2')], removed: [] } })]);
  });

  it('that hints at nothing is not told', () => {
    const { kernel, events } = started();
    kernel.hint();
    expect(kernel.heard()).toContain('readHost');
    expect(events()).toEqual([]);
  });

  it('answers those that follow within two milliseconds with one more reading', () => {
    const { kernel, clock, events } = started();
    kernel.hint();
    kernel.heard();
    kernel.host = { addresses: [], devices: [facts.device('lo')] };
    for (let count = 0; count < 9; count++) {
      clock.advance(0.2);
      kernel.hint();
    }
    expect(kernel.heard()).toEqual([]);
    clock.advance(0.2);
    expect(kernel.heard()).toEqual(['readHost', 'readListeners']);
    expect(events()).toEqual([factsRead(1_002, { addresses: { added: [], removed: ['192.0.2.1/32 lo'] } })]);
    clock.advance(100);
    expect(kernel.heard()).toEqual([]);
  });

  it('is followed at once when the last one is two milliseconds old', () => {
    const { kernel, clock } = started();
    kernel.hint();
    clock.advance(2);
    kernel.heard();
    kernel.hint();
    expect(kernel.heard()).toEqual(['readHost', 'readListeners']);
    expect(clock.pending()).toEqual(['discovery interval']);
  });
});

describe('a lost subscription', () => {
  it('is made anew before everything is read', () => {
    const { kernel, clock, log, events } = started();
    clock.advance(1_000);
    kernel.heard();
    kernel.host = { addresses: [], devices: [facts.device('lo')] };
    kernel.lose();
    expect(kernel.heard()).toEqual(['subscribe', 'readHost', 'readListeners']);
    expect(events()).toEqual([factsRead(2_000, { addresses: { added: [], removed: ['192.0.2.1/32 lo'] } })]);
    expect(log.lines.slice(1)).toEqual(['warn address notifications lost, reading everything anew']);
  });

  it('is not made anew more than once a second, and addresses are read every interval meanwhile', () => {
    const { kernel, clock } = started();
    clock.advance(INTERVAL * 2);
    kernel.heard();
    kernel.lose();
    expect(kernel.heard()).toEqual(['readHost', 'readListeners']);
    clock.advance(INTERVAL);
    expect(kernel.heard()).toEqual(['readHost', 'readListeners']);
    clock.advance(INTERVAL);
    expect(kernel.heard()[0]).toBe('subscribe');
    expect(kernel.openSubscriptions).toBe(1);
  });

  it('is followed by a reading of everything when it comes back: nobody hinted meanwhile', () => {
    const { kernel, clock, events } = started();
    clock.advance(INTERVAL * 2);
    kernel.lose();
    clock.advance(INTERVAL);
    kernel.heard();
    events();
    kernel.host = { addresses: [], devices: [facts.device('lo')] };
    clock.advance(INTERVAL);
    expect(kernel.heard()).toEqual(['subscribe', 'readHost', 'readListeners']);
    expect(events()).toMatchObject([{ addresses: { added: [], removed: ['192.0.2.1/32 lo'] } }]);
  });

  it('hints again once it is made anew', () => {
    const { kernel, clock } = started();
    clock.advance(1_000);
    kernel.lose();
    clock.advance(20);
    kernel.heard();
    kernel.hint();
    expect(kernel.heard()).toEqual(['readHost', 'readListeners']);
  });
});

describe('a subscription that cannot be had', () => {
  it('is replaced by reading addresses every interval, is tried every second, and is told of once', () => {
    const { source, kernel, clock, log, events } = rig((fake) => {
      fake.failure = { subscribe: unreadable };
    });
    source.start();
    expect(events()).toEqual([everything(1_000)]);
    expect(kernel.heard()).toEqual(['subscribe', 'readHost', 'readListeners']);
    clock.advance(INTERVAL * 12);
    const calls = kernel.heard();
    expect(calls.filter((call) => call === 'subscribe').length).toBe(3);
    expect(calls.filter((call) => call === 'readHost').length).toBe(12);
    expect(log.lines).toEqual([
      'info listeners are read',
      'warn no address notifications, reading addresses every interval',
    ]);
    expect(events()).toEqual([]);
  });

  it('is no failure of discovery', () => {
    const { source, events } = rig((kernel) => {
      kernel.failure = { subscribe: unreadable };
    });
    source.start();
    source.lookNow();
    expect(events().map(({ type }) => type)).toEqual(['factsRead', 'factsRead']);
  });
});

describe('close', () => {
  it('leaves no timer, no subscription and no kernel behind', () => {
    const { source, kernel, clock, events } = started();
    kernel.hint();
    kernel.hint();
    expect([...clock.pending()].sort()).toEqual(['discovery hint', 'discovery interval']);
    kernel.heard();
    events();
    source.close();
    expect(clock.pending()).toEqual([]);
    expect(kernel.heard()).toEqual(['unsubscribe', 'close']);
    expect(kernel.openSubscriptions).toBe(0);
    clock.advance(HOST_INTERVAL);
    expect(kernel.heard()).toEqual([]);
    expect(events()).toEqual([]);
  });

  it('is deaf to hints and questions that come later', () => {
    const { source, kernel, clock, events } = started();
    source.close();
    kernel.heard();
    kernel.hint();
    source.lookNow();
    expect(kernel.heard()).toEqual([]);
    expect(clock.pending()).toEqual([]);
    expect(events()).toEqual([]);
  });

  it('does without a subscription', () => {
    const { source, kernel, clock } = started((fake) => {
      fake.failure = { subscribe: unreadable };
    });
    source.close();
    expect(kernel.heard()).toEqual(['close']);
    expect(clock.pending()).toEqual([]);
  });
});
