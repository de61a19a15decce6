import { describe, expect, it } from 'vitest';
import { HintsError } from '../../../../src/discovery/hints/hints-error.ts';
import { type HintSource, type KeptHints, keepHints, RETRY_PAUSE } from '../../../../src/discovery/hints/upkeep.ts';
import { RecordingLog } from '../../../helpers/recording-log.ts';
import { SteppedClock } from '../../../helpers/stepped-clock.ts';

const PERMISSION = new HintsError('tracefs is not permitted');

class FakeHints implements HintSource {
  readonly kind = 'tracefs';
  readonly isRequired: boolean;
  failure: Error | undefined;
  opened = 0;
  closed = 0;
  hint: () => void = () => {};
  lose: (reason: Error) => void = () => {};
  prove: (error?: Error) => void = () => {};

  constructor(isRequired: boolean) {
    this.isRequired = isRequired;
  }

  open(hint: () => void, lost: (reason: Error) => void, proven: (error?: Error) => void) {
    if (this.failure !== undefined) throw this.failure;
    this.opened++;
    this.hint = hint;
    this.lose = lost;
    this.prove = proven;
    return {
      close: () => {
        this.closed++;
      },
    };
  }
}

interface Rig {
  readonly source: FakeHints;
  readonly clock: SteppedClock;
  readonly log: RecordingLog;
  readonly kept: KeptHints;
  readonly hints: number[];
}

function rig({ isRequired = false, failure }: { isRequired?: boolean; failure?: Error } = {}): Rig {
  const source = new FakeHints(isRequired);
  source.failure = failure;
  const clock = new SteppedClock();
  const log = new RecordingLog();
  const hints: number[] = [];
  const kept = keepHints({ source, clock, log, hint: () => void hints.push(clock.now()) });
  return { source, clock, log, kept, hints };
}

function started(of: Parameters<typeof rig>[0] = {}): Rig {
  const made = rig(of);
  made.kept.start();
  return made;
}

describe('hints that are kept', () => {
  it('are none before they are proven, and are passed on all the same', () => {
    const { source, kept, log, hints } = started();
    expect([source.opened, kept.kind()]).toEqual([1, undefined]);
    source.hint();
    expect(hints).toEqual([1_000]);
    expect(log.lines).toEqual([]);
    source.prove();
    expect(kept.kind()).toBe('tracefs');
    expect(log.lines).toEqual(['debug hints at listeners arrive']);
    expect(log.fields).toEqual([{ hints: 'tracefs' }]);
  });

  it('are not opened before the start', () => {
    const { source, kept } = rig();
    expect([source.opened, kept.kind()]).toEqual([0, undefined]);
  });

  it('that do not arrive are tried again, and count once they do', () => {
    const { source, clock, log, kept } = started();
    source.prove(new HintsError('not heard'));
    expect(log.lines).toEqual(['warn hints at listeners do not arrive']);
    expect(log.fields).toEqual([{ hints: 'tracefs', detail: 'not heard' }]);
    expect(kept.kind()).toBe('none');
    clock.advance(RETRY_PAUSE - 1);
    expect(source.opened).toBe(1);
    clock.advance(1);
    expect([source.opened, kept.kind()]).toEqual([2, 'none']);
    source.prove();
    expect(kept.kind()).toBe('tracefs');
    expect(clock.pending()).toEqual([]);
  });

  it('that never arrive are said to once, until they have arrived', () => {
    const { source, clock, log } = started();
    for (let count = 0; count < 3; count++) {
      source.prove(new HintsError('not heard'));
      clock.advance(RETRY_PAUSE);
    }
    source.prove();
    source.lose(new Error('trace_pipe closed'));
    clock.advance(RETRY_PAUSE);
    source.prove(new HintsError('not heard'));
    expect(log.lines).toEqual([
      'warn hints at listeners do not arrive',
      ...Array(2).fill('debug hints at listeners do not arrive'),
      'info hints at listeners arrive',
      'warn hints at listeners lost',
      'warn hints at listeners do not arrive',
    ]);
  });

  it('that are lost are none until they are had again, after a pause', () => {
    const { source, clock, log, kept, hints } = started();
    source.prove();
    source.lose(new Error('trace_pipe closed'));
    expect(kept.kind()).toBe('none');
    expect(log.lines.slice(1)).toEqual(['warn hints at listeners lost']);
    expect(log.fields[1]).toEqual({ hints: 'tracefs', detail: 'trace_pipe closed' });
    clock.advance(RETRY_PAUSE - 1);
    expect(source.opened).toBe(1);
    clock.advance(1);
    expect(source.opened).toBe(2);
    source.prove();
    source.hint();
    expect(kept.kind()).toBe('tracefs');
    expect(hints).toEqual([11_000]);
    source.lose(new Error('again'));
    clock.advance(RETRY_PAUSE);
    expect(source.opened).toBe(3);
  });

  it('that cannot be had again are tried every ten seconds, quietly', () => {
    const { source, clock, log, kept } = started();
    source.prove();
    source.lose(new Error('trace_pipe closed'));
    source.failure = PERMISSION;
    const before = log.lines.length;
    clock.advance(3 * RETRY_PAUSE);
    expect(log.lines.slice(before)).toEqual(Array(3).fill('debug no hints at listeners'));
    expect(kept.kind()).toBe('none');
    source.failure = undefined;
    clock.advance(RETRY_PAUSE);
    expect(source.opened).toBe(2);
    expect(clock.pending()).toEqual([]);
  });

  it('are tried again even when they were required: a daemon that runs goes on', () => {
    const { source, clock } = started({ isRequired: true });
    source.prove();
    source.lose(new Error('trace_pipe closed'));
    source.failure = PERMISSION;
    clock.advance(RETRY_PAUSE);
    source.failure = undefined;
    clock.advance(RETRY_PAUSE);
    expect(source.opened).toBe(2);
  });
});

describe('hints that cannot be had at the start', () => {
  it('stop whoever required them', () => {
    const { kept, log, clock } = rig({ isRequired: true, failure: PERMISSION });
    expect(() => kept.start()).toThrow(PERMISSION);
    expect(log.lines).toEqual([]);
    expect(clock.pending()).toEqual([]);
  });

  it('are done without by whoever did not, in one line and for good', () => {
    const { kept, log, clock, source } = started({ failure: PERMISSION });
    expect(log.lines).toEqual(['info no hints at listeners']);
    expect(log.fields).toEqual([{ hints: 'tracefs', detail: 'tracefs is not permitted' }]);
    expect([kept.kind(), clock.pending()]).toEqual(['none', []]);
    source.failure = undefined;
    clock.advance(10 * RETRY_PAUSE);
    expect(source.opened).toBe(0);
  });

  it.each([true, false])('through a mistake of ours are a mistake of ours (required: %s)', (isRequired) => {
    const mistake = new TypeError('x is not a function');
    expect(() => rig({ isRequired, failure: mistake }).kept.start()).toThrow(mistake);
  });

  it('are not missed when nobody asked for any', () => {
    const [clock, log] = [new SteppedClock(), new RecordingLog()];
    const kept = keepHints({ source: undefined, clock, log, hint: () => {} });
    kept.start();
    expect([kept.kind(), log.lines, clock.pending()]).toEqual(['none', [], []]);
    kept.close();
  });
});

describe('a mistake of ours while trying again', () => {
  it('is not taken for the host’s', () => {
    const { source, clock } = started();
    source.prove();
    source.lose(new Error('trace_pipe closed'));
    source.failure = new TypeError('x is not a function');
    expect(() => clock.advance(RETRY_PAUSE)).toThrow(TypeError);
  });
});

describe('close', () => {
  it('closes what is open, once', () => {
    const { source, kept, clock } = started();
    source.prove();
    kept.close();
    kept.close();
    expect([source.closed, kept.kind(), clock.pending()]).toEqual([1, 'none', []]);
  });

  it('leaves no timer when hints are lost, and closes nothing twice', () => {
    const { source, kept, clock } = started();
    source.prove();
    source.lose(new Error('trace_pipe closed'));
    expect(clock.pending()).toEqual(['discovery hints']);
    kept.close();
    expect([source.closed, clock.pending()]).toEqual([0, []]);
    clock.advance(2 * RETRY_PAUSE);
    expect(source.opened).toBe(1);
  });
});
