/**
 * The whole house without the world: settings, discovery, core and ExaBGP sink are the real ones; kernel, clock and
 * stdout are stand-ins that a test holds in its hand.
 */
import { Writable } from 'node:stream';
import { parseArguments } from '../../src/cli/arguments.ts';
import { discoveryWish } from '../../src/cli/host.ts';
import { policyFrom } from '../../src/config/policy.ts';
import { recordSettings } from '../../src/config/recorded-settings.ts';
import { type Resolved, resolveSettings } from '../../src/config/settings.ts';
import { standingOf } from '../../src/core/standing.ts';
import { type DaemonState, initialState } from '../../src/core/state.ts';
import { NetlinkError } from '../../src/discovery/netlink/requests.ts';
import type { Reader } from '../../src/discovery/reader.ts';
import { createSource } from '../../src/discovery/source.ts';
import type { Action } from '../../src/model/action.ts';
import type { Prefix } from '../../src/model/address.ts';
import type { Event } from '../../src/model/event.ts';
import {
  type Device,
  deviceKey,
  type HostAddress,
  hostAddressKey,
  type Listener,
  listenerKey,
} from '../../src/model/facts.ts';
import { ms } from '../../src/model/millis.ts';
import type { PortRange } from '../../src/model/port-ranges.ts';
import { sentence, stageOf } from '../../src/model/reason.ts';
import { createExecutor } from '../../src/runtime/executor.ts';
import type { Log } from '../../src/runtime/log.ts';
import { createLoop, type Loop, type Tap } from '../../src/runtime/loop.ts';
import { createExabgpSink, type ExabgpSink } from '../../src/sink/exabgp/exabgp.ts';
import { createFakeChecks, type FakeChecks } from './checks.ts';
import { readAtOnce } from './reader.ts';
import { settled, type VirtualClock, virtualClock } from './virtual-clock.ts';

/** A host whose facts a test sets. */
export class FakeKernel implements Reader {
  readonly listeners = new Map<string, Listener>();
  readonly addresses = new Map<string, HostAddress>();
  readonly devices = new Map<string, Device>();
  /** What is asked for: listeners on other ports are not told. */
  ports: readonly PortRange[] = [{ from: 0, to: 65_535 }];
  failure: string | undefined;
  /** The same for devices and addresses alone. */
  hostFailure: string | undefined;
  hint: () => void = () => {};
  #shown: readonly Listener[] = [];

  readonly read = readAtOnce(
    () => {
      this.#mayFail(this.hostFailure);
      return { addresses: [...this.addresses.values()], devices: [...this.devices.values()] };
    },
    () => {
      this.#mayFail();
      const now = [...this.listeners.values()].filter(({ port }) =>
        this.ports.some(({ from, to }) => from <= port && port <= to),
      );
      // As the real one: the same array as long as nothing changed.
      if (JSON.stringify(now) !== JSON.stringify(this.#shown)) this.#shown = now;
      return this.#shown;
    },
  );
  subscribe(hint: () => void) {
    this.hint = hint;
    return { close: () => {} };
  }
  close(): void {}

  set(fact: Listener | HostAddress | Device): void {
    if ('protocol' in fact) this.listeners.set(listenerKey(fact), fact);
    else if ('origin' in fact) this.addresses.set(hostAddressKey(fact), fact);
    else this.devices.set(deviceKey(fact), fact);
  }

  #mayFail(failure = this.failure): void {
    if (failure !== undefined) throw new NetlinkError(failure);
  }
}

export interface Simulation {
  readonly kernel: FakeKernel;
  readonly checks: FakeChecks;
  readonly clock: VirtualClock;
  readonly sink: ExabgpSink;
  readonly state: DaemonState;
  /** What the core heard and what it answered, in order. */
  readonly events: Event[];
  readonly actions: Action[];
  readonly push: (event: Event) => void;
  /** Calls `line` for each command on stdout. */
  onCommand(line: (command: string) => void): void;
  /** Other settings from now on, as after a reload. */
  reconfigure(words: readonly string[]): void;
  /** The standing of a prefix, in the words that a user would see. */
  explain(prefix: Prefix): string;
  close(): Promise<void>;
}

export const silentLog: Log = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  child: () => silentLog,
  flush() {},
};

const AUTO = { auto: { hinted: ms(250), unhinted: ms(250) } };

/**
 * Starts ha2bgp with these words of the command line on an empty host. `tapped`: what hears of events, as a recorder does.
 * `asks`: whether the kernel tells of other ports than those that are asked for.
 */
export function simulate(
  words: readonly string[],
  tapped?: (clock: VirtualClock) => Tap,
  asks: 'everything' | 'ports' = 'everything',
): Simulation {
  const { settings } = resolvedOf(words);
  let heard: (command: string) => void = () => {};
  const output = new Writable({
    decodeStrings: false,
    write(chunk: string, _encoding, done) {
      for (const line of chunk.split('\n').filter((text) => text !== '')) heard(line);
      done();
    },
  });
  const events: Event[] = [];
  const actions: Action[] = [];
  let loop: Loop | undefined;
  let isClosed = false;
  const push = (event: Event): void => {
    if (isClosed) return;
    events.push(event);
    loop?.push(event);
  };
  const clock = virtualClock((lost) => push({ type: 'stalled', at: clock.now(), lost }));
  const kernel = new FakeKernel();
  if (asks === 'ports') kernel.ports = discoveryWish(settings).ports;
  const sink = createExabgpSink({ output, clock, log: silentLog, push, api: settings.exabgpApi });
  const source = createSource({
    reader: kernel,
    interval: settings.interval === 'auto' ? AUTO : settings.interval,
    clock,
    processorTime: () => ms(0),
    log: silentLog,
    push,
  });
  const checks = createFakeChecks(clock, push);
  const executor = createExecutor({
    ...{ clock, log: silentLog, sinks: [sink], lookNow: source.lookNow, push, startProbe: checks.start },
  });
  const state = initialState(policyFrom(settings));
  checks.replace(state.policy.services.values());
  loop = createLoop(
    state,
    {
      execute(action) {
        actions.push(action);
        executor.execute(action);
      },
      endTurn: executor.endTurn,
      close: executor.close,
    },
    (error) => {
      throw error;
    },
    tapped?.(clock),
  );
  push({ type: 'started', at: clock.now() });
  source.start();

  return {
    kernel,
    checks,
    clock,
    sink,
    state,
    events,
    actions,
    push,
    onCommand: (line) => {
      heard = line;
    },
    reconfigure(others) {
      const resolved = resolvedOf(others);
      const policy = policyFrom(resolved.settings);
      checks.replace(policy.services.values());
      push({ type: 'settingsChanged', at: clock.now(), policy, settings: recordSettings(resolved) });
      if (asks === 'ports') kernel.ports = discoveryWish(resolved.settings).ports;
      source.readAnew();
    },
    explain(prefix) {
      const standing = standingOf(state, prefix, clock.now());
      if (standing.announced) {
        if (standing.isStatic) return 'announced: static';
        return standing.leaving === undefined
          ? 'announced'
          : `announced, until its withdraw delay has passed: ${sentence(prefix, standing.leaving)}`;
      }
      return `not announced (${stageOf(standing.reason)}): ${sentence(prefix, standing.reason)}`;
    },
    async close() {
      isClosed = true;
      loop?.close();
      checks.close();
      source.close();
      await sink.close(new AbortController().signal);
      await settled();
    },
  };
}

function resolvedOf(words: readonly string[]): Resolved {
  const parsed = parseArguments(words, '0');
  if ('print' in parsed) throw new Error(parsed.print);
  const resolved = resolveSettings(parsed.flags, {});
  const bad = [...parsed.problems, ...resolved.problems];
  if (bad.length > 0) throw new Error(JSON.stringify(bad));
  return resolved;
}
