/** What systemd hears of us, by sd_notify(3). */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { policyFrom } from '../../../../src/config/policy.ts';
import { resolveSettings } from '../../../../src/config/settings.ts';
import { handle } from '../../../../src/core/daemon.ts';
import { takeSnapshot } from '../../../../src/core/snapshot.ts';
import { initialState } from '../../../../src/core/state.ts';
import type { Event } from '../../../../src/model/event.ts';
import { type Millis, ms } from '../../../../src/model/millis.ts';
import { openNotifySocket, takeNotifyWish } from '../../../../src/runtime/systemd/notify-socket.ts';
import {
  createServiceManager,
  type ServiceManager,
  type ServiceSummary,
} from '../../../../src/runtime/systemd/service-manager.ts';
import { receiveAt } from '../../../helpers/unix-receiver.ts';
import { type VirtualClock, virtualClock } from '../../../helpers/virtual-clock.ts';

const SUMMARY: ServiceSummary = {
  hasFacts: true,
  isFailing: false,
  announced: 3,
  isToldToNobody: false,
  wanted: 4,
  peers: { up: 1, all: 2 },
};
const NO_FACTS: ServiceSummary = { ...SUMMARY, hasFacts: false, announced: 0, wanted: 0, peers: undefined };

interface Watched {
  readonly manager: ServiceManager;
  readonly clock: VirtualClock;
  readonly pushed: readonly Event[];
  summary: ServiceSummary;
  /** Whether the kernel answers, and whether the core takes events. */
  isReadingAnswered: boolean;
  isQueueEmptied: boolean;
  /** Whether what is said does not arrive at present. */
  isFull: boolean;
  /** What was said since it was asked for last, a text for each datagram. */
  said(): string[];
}

const factsRead = (at: Millis): Event => {
  const nothing = { added: [], removed: [] };
  const facts = { listeners: nothing, addresses: nothing, devices: nothing };
  return { type: 'factsRead', at, readAt: at, resync: false, isWhole: true, isLast: true, ...facts };
};

function watch(watchdog?: Millis): Watched {
  const clock = virtualClock();
  let said: string[] = [];
  const pushed: Event[] = [];
  const push = (event: Event): void => {
    pushed.push(event);
    if (watched.isQueueEmptied) manager.hear(event);
  };
  const manager = createServiceManager({
    socket: {
      send(...lines) {
        if (watched.isFull) return false;
        said.push(lines.join('|'));
        return true;
      },
    },
    watchdog,
    clock,
    push,
    lookNow() {
      if (watched.isReadingAnswered) push(factsRead(clock.now()));
    },
    summary: () => watched.summary,
    monotonic: () => 1_234_567n,
  });
  const watched: Watched = {
    manager,
    clock,
    pushed,
    summary: SUMMARY,
    isReadingAnswered: true,
    isQueueEmptied: true,
    isFull: false,
    said() {
      const since = said;
      said = [];
      return since;
    },
  };
  return watched;
}

/** Has said all that belongs to the start. */
async function watchStarted(watchdog?: Millis): Promise<Watched> {
  const watched = watch(watchdog);
  watched.manager.start();
  watched.manager.hear(factsRead(ms(0)));
  await watched.clock.advance(ms(1));
  watched.said();
  return watched;
}

describe('the start', () => {
  it('is over with the first facts, once', async () => {
    const watched = watch();
    const { manager, clock, said } = watched;
    watched.summary = NO_FACTS;
    manager.start();
    expect(said()).toEqual(['EXTEND_TIMEOUT_USEC=30000000', 'STATUS=waiting for the first facts']);
    manager.hear({ type: 'started', at: ms(0) });
    await clock.advance(ms(3_000));
    expect(said()).toEqual([]);
    watched.summary = { ...NO_FACTS, isFailing: true };
    manager.hear({ type: 'discoveryFailed', at: ms(3_000), detail: 'EPERM' });
    await clock.advance(ms(4_000));
    expect(said()).toEqual(['STATUS=the kernel cannot be read']);
    watched.summary = SUMMARY;
    for (let time = 0; time < 2; time++) manager.hear(factsRead(ms(4_000)));
    await clock.advance(ms(4_001));
    expect(said()).toEqual(['READY=1|STATUS=3 of 4 services announced, 1 of 2 peers up']);
    await clock.advance(ms(60_000));
    expect(said()).toEqual([]);
    watched.summary = { ...SUMMARY, isToldToNobody: true, peers: { up: 0, all: 2 } };
    await clock.advance(ms(61_000));
    expect(said()).toEqual(['STATUS=3 of 4 services announced, told to nobody, 0 of 2 peers up']);
  });

  it('takes as long as it takes: the time for it is extended before it is up', async () => {
    const watched = watch();
    watched.summary = NO_FACTS;
    watched.manager.start();
    for (let ten = 1; ten < 5; ten++) {
      watched.said();
      await watched.clock.advance(ms(ten * 10_000));
      expect(watched.said()).toEqual(['EXTEND_TIMEOUT_USEC=30000000']);
    }
  });
});

describe('a receiver that takes nothing for a while', () => {
  it('hears all the same that it is ready, how things stand, and that it is alive', async () => {
    const watched = watch(ms(60_000));
    const { manager, clock, said } = watched;
    watched.isFull = true;
    manager.start();
    manager.hear(factsRead(ms(0)));
    await clock.advance(ms(1_500));
    watched.isFull = false;
    await clock.advance(ms(2_000));
    const ready = 'READY=1|STATUS=3 of 4 services announced, 1 of 2 peers up';
    expect(said()).toEqual([ready]);
    await clock.advance(ms(10_000));
    watched.isFull = true;
    watched.summary = { ...SUMMARY, announced: 4 };
    manager.reloading();
    manager.reloaded();
    await clock.advance(ms(30_500));
    expect(said()).toEqual([]);
    watched.isFull = false;
    // What is fed late is fed with the next event.
    manager.hear(factsRead(ms(30_500)));
    await clock.advance(ms(31_500));
    expect(said().sort()).toEqual([ready.replace('3', '4'), 'WATCHDOG=1']);
  });
});

describe('the status', () => {
  it('is said when it changes, and no more than once a second', async () => {
    const watched = await watchStarted();
    for (let tenth = 1; tenth <= 30; tenth++) {
      watched.summary = { ...SUMMARY, announced: tenth };
      await watched.clock.advance(ms(tenth * 100));
    }
    expect(watched.said()).toEqual(
      [10, 20, 30].map((count) => `STATUS=${count} of 4 services announced, 1 of 2 peers up`),
    );
  });

  it('says that the kernel cannot be read, and nothing of peers where there are none', async () => {
    const watched = await watchStarted();
    watched.summary = { ...SUMMARY, isFailing: true, peers: undefined };
    await watched.clock.advance(ms(1_000));
    expect(watched.said()).toEqual(['STATUS=3 of 4 services announced, the kernel cannot be read']);
  });
});

describe('the watchdog', () => {
  const WATCHDOG = ms(30_000);
  const fed = (watched: Watched): number => watched.said().filter((text) => text === 'WATCHDOG=1').length;
  const fedIn = async (watched: Watched, time: number): Promise<number> => {
    await watched.clock.advance(ms(watched.clock.now() + time));
    return fed(watched);
  };

  it('is fed twice in its time while the core answers', async () => {
    const watched = await watchStarted(WATCHDOG);
    expect(await fedIn(watched, 60_000)).toBe(4);
  });

  it('asks the core by an event that changes nothing there', async () => {
    const watched = await watchStarted(WATCHDOG);
    const state = initialState(policyFrom(resolveSettings({ network: ['192.0.2.0/24'] }, {}).settings));
    handle(state, factsRead(ms(0)));
    const before = JSON.stringify([...takeSnapshot(state)]);
    await fedIn(watched, 15_000);
    const asked = watched.pushed.filter(({ type }) => type === 'timerFired');
    expect(asked).toHaveLength(1);
    for (const event of asked) expect(handle(state, event)).toEqual([]);
    expect(JSON.stringify([...takeSnapshot(state)])).toBe(before);
  });

  it('is not there where nobody watches', async () => {
    expect(await fedIn(await watchStarted(), 600_000)).toBe(0);
  });

  it('starves when the core takes no event', async () => {
    const watched = await watchStarted(WATCHDOG);
    watched.isQueueEmptied = false;
    expect(await fedIn(watched, 600_000)).toBe(0);
  });

  it('starves when a reading neither ends nor fails, though the core takes other events', async () => {
    const watched = await watchStarted(WATCHDOG);
    watched.isReadingAnswered = false;
    await fedIn(watched, 45_000);
    for (let time = 0; time < 10; time++) {
      watched.manager.hear({ type: 'timerFired', at: watched.clock.now(), timer: 'verdicts 1' as never });
      expect(await fedIn(watched, 10_000)).toBe(0);
    }
    watched.isReadingAnswered = true;
    expect(await fedIn(watched, 15_000)).toBe(1);
  });

  it('is fed while the core knows that the kernel cannot be read: that is not what a restart is for', async () => {
    const watched = await watchStarted(WATCHDOG);
    watched.isReadingAnswered = false;
    watched.summary = { ...SUMMARY, isFailing: true };
    expect(await fedIn(watched, 300_000)).toBe(20);
  });

  it('is fed by a slow reading, too, however short its time', async () => {
    const watched = await watchStarted(ms(4_000));
    watched.isReadingAnswered = false;
    // Readings of 10 s each, one after the other.
    for (let reading = 0; reading < 5; reading++) {
      expect(await fedIn(watched, 10_000)).toBe(5);
      watched.manager.hear(factsRead(watched.clock.now()));
    }
  });

  it('is not fed by many events more than is due', async () => {
    const watched = await watchStarted(WATCHDOG);
    await watched.clock.advance(ms(15_000));
    for (let event = 0; event < 1_000; event++) watched.manager.hear(factsRead(ms(15_000)));
    expect(await fedIn(watched, 1)).toBe(1);
  });
});

describe('a reload', () => {
  it('is told with the time of its beginning, and its end', async () => {
    const { manager, clock, said } = await watchStarted();
    manager.reloading();
    await clock.advance(ms(500));
    manager.reloaded();
    expect(said()).toEqual([
      'RELOADING=1|MONOTONIC_USEC=1234567',
      'READY=1|STATUS=3 of 4 services announced, 1 of 2 peers up',
    ]);
  });

  it('that was refused shows in the status until one is not', async () => {
    const { manager, said } = await watchStarted();
    manager.reloading();
    manager.reloaded(true);
    expect(said().at(-1)).toBe(
      'READY=1|STATUS=3 of 4 services announced, 1 of 2 peers up, the last reload was refused',
    );
    manager.reloading();
    manager.reloaded();
    expect(said().at(-1)).toBe('READY=1|STATUS=3 of 4 services announced, 1 of 2 peers up');
  });

  it('before the first facts does not make the start look over', async () => {
    const watched = watch();
    watched.summary = NO_FACTS;
    watched.manager.start();
    watched.said();
    watched.manager.reloading();
    watched.manager.reloaded();
    expect(watched.said()).toEqual([]);
  });
});

describe('the end', () => {
  it('is told once, and leaves no timer', async () => {
    const watched = await watchStarted(ms(30_000));
    const { manager, clock, said } = watched;
    watched.isQueueEmptied = false;
    await clock.advance(ms(15_000)); // it wants to be fed
    said();
    manager.stopping('SIGTERM');
    manager.stopping('SIGTERM');
    manager.hear(factsRead(ms(15_000)));
    expect(said()).toEqual(['STOPPING=1|STATUS=stopping: SIGTERM']);
    expect(clock.pending()).toEqual([]);
  });
});

describe('the wish', () => {
  const wish = (environment: Record<string, string>) => takeNotifyWish(environment, 77);

  it('is taken out of the environment, for nobody else to follow', () => {
    const environment = { NOTIFY_SOCKET: '/run/n', WATCHDOG_USEC: '3000000', WATCHDOG_PID: '77', OTHER: 'x' };
    expect(takeNotifyWish(environment, 77)).toEqual({ socket: '/run/n', watchdog: 3_000 });
    expect(environment).toEqual({ OTHER: 'x' });
  });

  it.each([
    [{}, undefined],
    [{ WATCHDOG_USEC: '3000000' }, undefined],
    [{ NOTIFY_SOCKET: '' }, undefined],
    [{ NOTIFY_SOCKET: 'relative' }, undefined],
    [{ NOTIFY_SOCKET: '@' }, undefined],
    [{ NOTIFY_SOCKET: '/run/n' }, { socket: '/run/n', watchdog: undefined }],
    [
      { NOTIFY_SOCKET: '@name', WATCHDOG_USEC: '500' },
      { socket: '@name', watchdog: 0.5 },
    ],
    [
      { NOTIFY_SOCKET: '/run/n', WATCHDOG_USEC: '500', WATCHDOG_PID: '78' },
      { socket: '/run/n', watchdog: undefined },
    ],
    [
      { NOTIFY_SOCKET: '/run/n', WATCHDOG_USEC: '0' },
      { socket: '/run/n', watchdog: undefined },
    ],
    [
      { NOTIFY_SOCKET: '/run/n', WATCHDOG_USEC: 'x' },
      { socket: '/run/n', watchdog: undefined },
    ],
  ] as const)('%o is %o', (environment, expected) => {
    expect(wish(environment)).toEqual(expected);
  });
});

describe('the socket', () => {
  let place: string;
  beforeEach(() => {
    place = fs.mkdtempSync(path.join(os.tmpdir(), 'ha2bgp-notify-'));
  });
  afterEach(() => fs.rmSync(place, { recursive: true }));

  it.each([
    ['a path', () => path.join(place, 'notify')],
    ['a name of the abstract namespace', () => `@ha2bgp-test-${process.pid}`],
  ])('is %s', (_what, nameOf) => {
    const receiver = receiveAt(nameOf());
    const failures: string[] = [];
    openNotifySocket(nameOf(), (detail) => failures.push(detail)).send('READY=1', 'STATUS=so');
    expect(receiver.take().map(String)).toEqual(['READY=1\nSTATUS=so']);
    receiver.close();
    expect(failures).toEqual([]);
  });

  it('that is gone is said once, until it is there again', () => {
    const name = path.join(place, 'notify');
    const failures: string[] = [];
    const socket = openNotifySocket(name, (detail) => failures.push(detail));
    for (let time = 0; time < 3; time++) socket.send('STATUS=x');
    expect(failures).toEqual([`sendto(${name}): ENOENT`]);
    const receiver = receiveAt(name);
    socket.send('STATUS=y');
    expect(receiver.take().map(String)).toEqual(['STATUS=y']);
    receiver.close();
    socket.send('STATUS=z');
    expect(failures).toHaveLength(2);
  });
});
