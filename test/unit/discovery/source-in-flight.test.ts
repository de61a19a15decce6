/** A source whose reader answers later: what comes up meanwhile, hints at listeners, and how often it reads. */
import { describe, expect, it } from 'vitest';
import type { HintSource } from '../../../src/discovery/hints/upkeep.ts';
import type { Reader, Reading } from '../../../src/discovery/reader.ts';
import { createSource, HOST_INTERVAL, type Source, type SourceOptions } from '../../../src/discovery/source.ts';
import type { Event } from '../../../src/model/event.ts';
import type { Listener } from '../../../src/model/facts.ts';
import { type Millis, ms } from '../../../src/model/millis.ts';
import * as facts from '../../helpers/facts.ts';
import { RecordingLog } from '../../helpers/recording-log.ts';
import { SteppedClock } from '../../helpers/stepped-clock.ts';

/** Answers when the test says so, unless it is to answer at once. */
class SlowReader implements Reader {
  readonly wanted: { readonly host: boolean }[] = [];
  readonly #waiting: ((reading: Reading) => void)[] = [];
  isSlow = true;
  isClosed = false;
  listeners: readonly Listener[] = [facts.listener('192.0.2.1', 80)];
  failures: readonly string[] = [];
  cost: number | undefined;
  hint: () => void = () => {};
  /** What happens while a reading is carried out. */
  meanwhile: () => void = () => {};

  read(wanted: { readonly host: boolean }, answer: (reading: Reading) => void): void {
    this.wanted.push(wanted);
    this.meanwhile();
    if (this.isSlow) this.#waiting.push(answer);
    else answer(this.#now(wanted));
  }

  subscribe(hint: () => void) {
    this.hint = hint;
    return { close: () => {} };
  }

  close(): void {
    this.isClosed = true;
  }

  /** Answers the reading that is on its way. */
  answer(): void {
    const answer = this.#waiting.shift();
    if (answer === undefined) throw new Error('no reading is on its way');
    answer(this.#now(this.wanted.at(-1) ?? { host: false }));
  }

  #now(wanted: { readonly host: boolean }): Reading {
    return {
      ...(wanted.host && { host: { addresses: [], devices: [facts.device('lo')] } }),
      ...(this.failures.length === 0 && { listeners: this.listeners }),
      ...(this.cost !== undefined && { cost: ms(this.cost) }),
      failures: this.failures,
    };
  }
}

class FakeHints implements HintSource {
  readonly kind = 'tracefs';
  readonly isRequired = false;
  hint: () => void = () => {};
  prove: (error?: Error) => void = () => {};
  lose: (reason: Error) => void = () => {};
  isClosed = false;
  open(hint: () => void, lost: (reason: Error) => void, proven: (error?: Error) => void) {
    this.hint = hint;
    this.lose = lost;
    this.prove = proven;
    return {
      close: () => {
        this.isClosed = true;
      },
    };
  }
}

const AUTO = { auto: { hinted: ms(250), unhinted: ms(100) } };

interface Rig {
  readonly clock: SteppedClock;
  readonly reader: SlowReader;
  readonly hints: FakeHints;
  readonly log: RecordingLog;
  readonly source: Source;
  /** What the process has taken so far. */
  readonly processor: { used: Millis };
  /** The events since the last time. */
  events(): Event[];
}

function rig(interval: SourceOptions['interval'] = ms(250), isHinted = true): Rig {
  const clock = new SteppedClock();
  const reader = new SlowReader();
  const hints = new FakeHints();
  const log = new RecordingLog();
  const processor = { used: ms(0) };
  const events: Event[] = [];
  const source = createSource({
    ...{ reader, interval, clock, log },
    processorTime: () => processor.used,
    ...(isHinted && { hints }),
    push: (event) => events.push(event),
  });
  return { clock, reader, hints, log, source, processor, events: () => events.splice(0) };
}

/** Has read everything once, and from then on answers when the test says so. */
function started(...of: Parameters<typeof rig>): Rig {
  const made = rig(...of);
  made.reader.isSlow = false;
  made.source.start();
  made.reader.isSlow = true;
  made.reader.wanted.length = 0;
  made.events();
  return made;
}

describe('a reading on its way', () => {
  it('is the only one: what comes up meanwhile is answered by one more, whatever came', () => {
    const { clock, reader, hints } = started();
    clock.advance(250);
    expect(reader.wanted).toEqual([{ host: false }]);
    hints.hint();
    clock.advance(600);
    hints.hint();
    expect(reader.wanted.length).toBe(1);
    reader.answer();
    expect(reader.wanted).toEqual([{ host: false }, { host: false }]);
    reader.answer();
    expect(reader.wanted.length).toBe(2);
  });

  it('is followed by none when nothing came up', () => {
    const { clock, reader } = started();
    clock.advance(250);
    reader.answer();
    expect(reader.wanted.length).toBe(1);
  });

  it('began too early to answer a question that is asked meanwhile', () => {
    const { clock, reader, source, events } = started();
    clock.advance(250);
    source.lookNow();
    clock.advance(40);
    reader.answer();
    expect(events()).toEqual([]);
    expect(reader.wanted).toEqual([{ host: false }, { host: true }]);
    clock.advance(30);
    reader.answer();
    expect(events()).toMatchObject([{ type: 'factsRead', readAt: 1_290, at: 1_320, isLast: true }]);
    expect(reader.wanted.length).toBe(2);
  });

  it('answers a question once: what the interval wants meanwhile does not ask', () => {
    const { clock, reader, source, events } = started();
    source.lookNow();
    clock.advance(250);
    reader.answer();
    expect(events()).toMatchObject([{ type: 'factsRead', readAt: 1_000, at: 1_250 }]);
    reader.answer();
    expect(events()).toEqual([]);
    expect(reader.wanted).toEqual([{ host: true }, { host: false }]);
  });

  it('keeps a question that is asked before the interval wants one more', () => {
    const { clock, reader, source, events } = started();
    clock.advance(250);
    source.lookNow();
    clock.advance(250);
    reader.answer();
    reader.answer();
    expect(events()).toMatchObject([{ type: 'factsRead' }]);
  });

  it('keeps a hint at addresses in the same way', () => {
    const { clock, reader } = started();
    clock.advance(250);
    reader.hint();
    clock.advance(250);
    reader.answer();
    expect(reader.wanted).toEqual([{ host: false }, { host: true }]);
  });

  it('says what changed as of when it began', () => {
    const { clock, reader, events } = started();
    clock.advance(250);
    clock.advance(60);
    reader.listeners = [];
    reader.answer();
    expect(events()).toMatchObject([
      { readAt: 1_250, at: 1_310, listeners: { added: [], removed: ['tcp/ipv4 192.0.2.1:80'] } },
    ]);
  });

  it('that fails is told as of when it ended, and a question gets its own answer', () => {
    const { clock, reader, source, events } = started();
    clock.advance(250);
    source.lookNow();
    reader.failures = ['EBUSY'];
    clock.advance(10);
    reader.answer();
    reader.answer();
    expect(events()).toEqual(Array(2).fill({ type: 'discoveryFailed', at: 1_260, detail: 'EBUSY' }));
  });

  it('asks before each reading for a stall, not only before the first', () => {
    const { clock, reader, source } = started();
    source.lookNow();
    source.lookNow();
    clock.noticed.length = 0;
    clock.advance(20);
    reader.answer();
    expect(clock.noticed).toEqual([1_020, 1_020]);
  });
});

describe('close', () => {
  it('ignores an answer that comes afterwards, and reads nothing more for what came up before', () => {
    const { clock, reader, hints, source, events } = started();
    clock.advance(250);
    source.lookNow();
    source.close();
    expect([reader.isClosed, hints.isClosed, clock.pending()]).toEqual([true, true, []]);
    reader.listeners = [];
    reader.answer();
    hints.hint();
    clock.advance(HOST_INTERVAL);
    expect(events()).toEqual([]);
    expect(reader.wanted.length).toBe(1);
    expect(clock.pending()).toEqual([]);
  });

  it('leaves no timer for a hint that waits, nor for a second look', () => {
    const { clock, reader, hints, source } = started();
    reader.isSlow = false;
    hints.hint();
    hints.hint();
    expect([...clock.pending()].sort()).toEqual([
      'discovery interval',
      'discovery listener hint',
      'discovery second look',
    ]);
    source.close();
    expect(clock.pending()).toEqual([]);
  });
});

describe('a hint at a listener', () => {
  it('has listeners read at once, and no addresses', () => {
    const { clock, reader, hints, events } = started();
    reader.isSlow = false;
    clock.advance(100);
    reader.listeners = [facts.listener('192.0.2.1', 443)];
    hints.hint();
    expect(reader.wanted).toEqual([{ host: false }]);
    expect(events()).toMatchObject([{ at: 1_100, readAt: 1_100 }]);
    clock.advance(100);
    expect(reader.wanted.length).toBe(1);
  });

  it('that showed nothing is looked at once more: the kernel tells a moment before it can be found', () => {
    const { clock, reader, hints, events } = started();
    reader.isSlow = false;
    hints.hint();
    expect(reader.wanted.length).toBe(1);
    reader.listeners = [];
    clock.advance(2.9);
    expect(events()).toEqual([]);
    clock.advance(0.1);
    expect(events()).toMatchObject([{ at: 1_003, readAt: 1_003 }]);
    clock.advance(200);
    expect(reader.wanted.length).toBe(2);
  });

  it('of a group that shows nothing postpones the second look, and never multiplies it', () => {
    const { clock, reader, hints } = started();
    reader.isSlow = false;
    hints.hint();
    clock.advance(2);
    hints.hint();
    clock.advance(2);
    expect(reader.wanted.length).toBe(2);
    clock.advance(1);
    expect(reader.wanted.length).toBe(3);
    clock.advance(200);
    expect(reader.wanted.length).toBe(3);
  });
});

describe('a flood of hints', () => {
  /** How many readings a second are carried out, in the long run, when each takes a thread 40 ms. */
  function readingsPerSecond(hint: (of: Rig) => void): number {
    const made = started(ms(10_000));
    const { clock, reader } = made;
    reader.cost = 40;
    let endsAt = Number.POSITIVE_INFINITY;
    reader.meanwhile = () => {
      endsAt = clock.now() + 40;
    };
    const flood = (until: number): void => {
      while (clock.now() < until) {
        hint(made);
        clock.advance(1);
        if (clock.now() < endsAt) continue;
        endsAt = Number.POSITIVE_INFINITY;
        reader.answer();
      }
    };
    flood(11_000);
    const before = reader.wanted.length;
    flood(51_000);
    return (reader.wanted.length - before) / 40;
  }

  it.each<[string, (of: Rig) => void]>([
    ['listeners', ({ hints }) => hints.hint()],
    ['addresses', ({ reader }) => reader.hint()],
  ])('at %s takes a tenth of a processor, also of one that reads elsewhere', (_name, hint) => {
    expect(readingsPerSecond(hint)).toBeGreaterThan(2);
    // 100 ms a second, and one reading each interval.
    expect(readingsPerSecond(hint)).toBeLessThan(3);
  });

  it('that shows nothing takes no more though each is looked at again', () => {
    const { clock, reader, hints } = started(ms(10_000));
    reader.isSlow = false;
    let spent = 0;
    reader.meanwhile = () => {
      spent += 1;
      clock.spend(1);
    };
    const flood = (until: number): void => {
      while (clock.now() < until) {
        hints.hint();
        clock.advance(0.5);
      }
    };
    flood(11_000);
    spent = 0;
    flood(51_000);
    expect(spent / 40_000).toBeGreaterThan(0.08);
    expect(spent / 40_000).toBeLessThan(0.105);
  });
});

describe('a reading during which this process stood still', () => {
  it('is made anew before anything is told, once', () => {
    const { clock, reader, source, events } = started();
    source.lookNow();
    const before = reader.wanted.length;
    clock.advance(60);
    clock.stalledUntil = clock.now();
    reader.listeners = [];
    reader.answer();
    expect(events()).toEqual([]);
    expect(reader.wanted.slice(before)).toEqual([{ host: true }]);
    const readAt = clock.now();
    clock.advance(10);
    clock.stalledUntil = clock.now();
    reader.answer();
    expect(events()).toMatchObject([{ type: 'factsRead', readAt }]);
    expect(reader.wanted.length).toBe(before + 1);
  });
});

describe('a second look, when readings are answered later', () => {
  it('is taken after the answer, and only when that showed nothing', () => {
    const { clock, reader, hints } = started();
    hints.hint();
    clock.advance(20);
    reader.listeners = [];
    reader.answer();
    clock.advance(100);
    expect(reader.wanted.length).toBe(1);
    hints.hint();
    clock.advance(20);
    reader.answer();
    clock.advance(2.9);
    expect(reader.wanted.length).toBe(2);
    clock.advance(0.1);
    expect(reader.wanted.length).toBe(3);
    reader.answer();
    clock.advance(50);
    expect(reader.wanted.length).toBe(3);
  });
});

describe('a hint at a listener while a reading is on its way', () => {
  it('is looked at once more as well, though the interval wants a reading after it', () => {
    const { clock, reader, hints } = started();
    clock.advance(250);
    hints.hint();
    clock.advance(250);
    reader.answer();
    reader.answer();
    expect(reader.wanted.length).toBe(2);
    clock.advance(3);
    expect(reader.wanted.length).toBe(3);
  });
});

describe('the automatic interval', () => {
  it('is that of hints once they are proven, and the other one before and when they are lost', () => {
    const { clock, reader, hints, source, log } = started(AUTO);
    reader.isSlow = false;
    expect(source.status()).toMatchObject({ interval: 100, hints: 'none', failures: 0 });
    clock.advance(300);
    expect(reader.wanted.length).toBe(3);
    hints.prove();
    expect(source.status()).toMatchObject({ interval: 250, hints: 'tracefs', failures: 0 });
    clock.advance(100);
    expect(reader.wanted.length).toBe(4);
    clock.advance(1_000);
    expect(reader.wanted.length).toBe(8);
    hints.lose(new Error('trace_pipe closed'));
    expect(source.status()).toMatchObject({ interval: 100, hints: 'none' });
    clock.advance(1_250);
    expect(reader.wanted.length).toBe(8 + 11);
    expect(log.lines).toEqual([
      'debug hints at listeners arrive',
      'info listeners are read',
      'warn hints at listeners lost',
      'info listeners are read',
    ]);
    expect(log.fields.filter((fields) => 'every' in fields)).toEqual([
      { every: '250ms', hints: 'tracefs' },
      { every: '100ms', hints: 'none' },
    ]);
  });

  it('is that without hints where nobody gives any', () => {
    const { source } = started(AUTO, false);
    expect(source.status()).toMatchObject({ interval: 100, hints: 'none', failures: 0 });
  });

  it('is stretched by what a reading costs here, and said anew when it is another one by half', () => {
    const { clock, reader, source, log } = started(AUTO, false);
    reader.isSlow = false;
    reader.meanwhile = () => clock.spend(1.5);
    clock.advance(2_000);
    expect(source.status().interval).toBe(188);
    reader.meanwhile = () => clock.spend(1.75);
    clock.advance(3_000);
    expect(source.status().interval).toBe(219);
    expect(log.fields.map(({ every }) => every)).toEqual(['100ms', '188ms']);
    reader.meanwhile = () => {};
    clock.advance(3_000);
    expect(source.status().interval).toBe(100);
    expect(log.fields.map(({ every }) => every)).toEqual(['100ms', '188ms', '100ms']);
  });

  it('is told at info when it is stretched for the first time, and when it is four times another', () => {
    const { clock, reader, log } = started(AUTO, false);
    reader.isSlow = false;
    for (const cost of [1.5, 0, 1.5, 0, 7, 3]) {
      reader.meanwhile = () => clock.spend(cost);
      clock.advance(30_000);
    }
    const said = log.lines.map((line, index) => `${line.split(' ')[0]} ${String(log.fields[index]?.['every'])}`);
    expect(said.slice(0, 4)).toEqual(['info 100ms', 'info 188ms', 'debug 100ms', 'debug 188ms']);
    const told = said.filter((line) => line.startsWith('info')).map((line) => Number.parseInt(line.slice(5), 10));
    expect(told.length).toBe(3);
    expect(told[2]).toBeGreaterThanOrEqual(4 * 188);
    // Down from there by less than a quarter: heard at debug alone.
    expect(said.at(-1)).toMatch(/^debug/);
  });

  it('is stretched by what the process takes for it, and by nothing that a hint or news made it do', () => {
    const { clock, reader, hints, source, processor } = started(AUTO);
    reader.isSlow = false;
    const take = (time: number): void => {
      processor.used = ms(processor.used + time);
    };
    reader.meanwhile = () => take(1.5);
    clock.advance(3_000);
    expect(source.status().interval).toBe(188);
    for (let count = 0; count < 30; count++) {
      take(1);
      hints.hint();
      clock.advance(source.status().interval);
    }
    expect(source.status().interval).toBe(188);
    reader.meanwhile = () => {
      reader.listeners = [facts.listener('192.0.2.1', reader.wanted.length)];
      take(4);
    };
    clock.advance(3_000);
    expect(source.status().interval).toBe(188);
    reader.meanwhile = () => {};
    clock.advance(3_000);
    expect(source.status().interval).toBe(100);
  });

  it('takes the cost of a reading elsewhere from the reading, whatever it waited', () => {
    const { clock, reader, source } = started(AUTO, false);
    reader.cost = 5;
    for (let count = 0; count < 12; count++) {
      clock.advance(source.status().interval);
      reader.answer();
    }
    expect(source.status().interval).toBe(625);
  });

  it('is not stretched when it was asked for', () => {
    const { clock, reader, source, log } = started(ms(50), false);
    reader.isSlow = false;
    reader.cost = 4_000;
    clock.advance(2_000);
    expect(source.status().interval).toBe(50);
    expect(reader.wanted.length).toBe(40);
    expect(log.fields.map(({ every }) => every)).toEqual(['50ms']);
  });
});

describe('status', () => {
  it('counts readings that failed, in part or as a whole', () => {
    const { clock, reader, source } = started();
    reader.isSlow = false;
    reader.failures = ['EBUSY'];
    clock.advance(750);
    expect(source.status().failures).toBe(3);
    reader.failures = [];
    clock.advance(750);
    expect(source.status().failures).toBe(3);
  });
});
