/** SHELL: puts a source of facts together from what is asked for and what this host permits. */
import type { Event } from '../model/event.ts';
import type { Protocol } from '../model/facts.ts';
import { type Millis, ms } from '../model/millis.ts';
import type { PortRange } from '../model/port-ranges.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Log } from '../runtime/log.ts';
import { NativeError } from '../runtime/native.ts';
import { openHints } from './hints/hints.ts';
import type { HintSource } from './hints/upkeep.ts';
import { openKernel, whyNoNetlink } from './kernel.ts';
import { type Namespace, NamespaceError, namespaceOf } from './namespace.ts';
import { openProc } from './proc/reader.ts';
import { isReadError } from './read-error.ts';
import type { Reader } from './reader.ts';
import { createSource, type Source, type SourceStatus } from './source.ts';

/** What is asked for cannot be had on this host. */
export class DiscoveryError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'DiscoveryError';
  }
}

/** What settings ask for. */
export interface DiscoveryWish {
  readonly source: 'auto' | 'netlink' | 'proc';
  readonly hints: 'auto' | 'tracefs' | 'destroy' | 'none';
  readonly interval: Millis | 'auto';
  readonly protocols: readonly Protocol[];
  /** Local ports that matter: listeners on others may be left out. */
  readonly ports: readonly PortRange[];
  /** Of ip-netns(8), or a path; empty for our own. */
  readonly netns: string;
  /** Settings that cannot be followed with facts from /proc: a line each. */
  readonly needNetlink: readonly string[];
}

interface Attempt extends DiscoveryWish {
  readonly clock: Clock;
  readonly log: Pick<Log, 'warn'>;
}

export interface DiscoveryOptions extends Attempt {
  readonly log: Log;
  readonly push: (event: Event) => void;
  /** See `SourceOptions`. */
  readonly changed?: () => void;
  /** Hints that were asked for are no reason to fail when they cannot be had. */
  readonly mayLackHints?: boolean;
}

const AUTO = { hinted: ms(250), unhinted: ms(100) } as const;
/** Reading /proc takes tens of milliseconds. */
const AUTO_PROC = { hinted: ms(1_000), unhinted: ms(1_000) } as const;

/** Throws `DiscoveryError`. */
export function openDiscovery(options: DiscoveryOptions): Source {
  const { interval, clock, log, push, changed } = options;
  const { reader, auto, from } = openReader(options);
  const hints = hintSource(options);
  return createSource({
    reader,
    ...(hints && { hints: { ...hints, isRequired: hints.isRequired && options.mayLackHints !== true } }),
    interval: interval === 'auto' ? { auto } : interval,
    ...{ clock, processorTime, log, push, from },
    ...(changed && { changed }),
  });
}

/**
 * Whether it could be opened and started here. Throws `DiscoveryError` or `HintsError` as these would; leaves nothing
 * behind, and reads nothing.
 */
export function tryDiscovery(options: Attempt): void {
  openReader(options).reader.close();
  const hints = hintSource(options);
  if (hints?.isRequired) {
    hints
      .open(
        () => {},
        () => {},
        () => {},
      )
      .close();
  }
  try {
    namespaceOf(options.netns).identity();
  } catch (error) {
    if (!(error instanceof NamespaceError)) throw error;
    options.log.warn({ detail: error.message }, 'the network namespace is not there yet, nothing is announced before');
  }
}

function processorTime(): Millis {
  const { user, system } = process.cpuUsage();
  return ms((user + system) / 1_000);
}

interface Opened {
  readonly reader: Reader;
  readonly auto: { readonly hinted: Millis; readonly unhinted: Millis };
  readonly from: SourceStatus['from'];
}

function openReader({ source, protocols, ports, netns, needNetlink, log }: Attempt): Opened {
  const why = source === 'auto' ? whyNoNetlink(protocols) : undefined;
  if (source === 'proc' || why !== undefined) {
    if (needNetlink.length > 0) {
      throw new DiscoveryError(`netlink cannot be had (${why ?? 'not asked for'}), and ${needNetlink.join('; ')}`);
    }
    if (why !== undefined) log.warn({ detail: why }, 'netlink cannot be had, facts are read from /proc');
    return { reader: openProc({ protocols, ports }), auto: AUTO_PROC, from: 'proc' };
  }
  const namespace = namespaceOf(netns);
  checkEntry(namespace);
  const reader = openKernel({ protocols, ports, namespace });
  // Hints of TCP say nothing of UDP sockets.
  const hinted = protocols.includes('udp') ? AUTO.unhinted : AUTO.hinted;
  return { reader, auto: { ...AUTO, hinted }, from: 'netlink' };
}

/** A namespace that is not there yet may come; one that may not be entered never will. */
function checkEntry(namespace: Namespace): void {
  try {
    namespace.enter(() => {});
  } catch (error) {
    if (!isReadError(error)) throw error;
    if (!(error instanceof NativeError) || !NEVER_ENTERED.includes(error.code)) return;
    throw new DiscoveryError(`--netns needs CAP_SYS_ADMIN and the file of a network namespace: ${error.message}`);
  }
}
const NEVER_ENTERED = ['EPERM', 'EACCES', 'EINVAL'];

/** `auto` takes what costs nobody anything, where it can be had: not the destroy multicast, which taxes the whole host. */
function hintSource({ hints, protocols, ports, clock }: Attempt): HintSource | undefined {
  const kind = hints === 'auto' ? 'tracefs' : hints;
  if (kind === 'none' || (hints === 'auto' && !protocols.includes('tcp'))) return undefined;
  return {
    kind,
    isRequired: hints !== 'auto',
    open: (hint, lost, proven) => openHints({ kind, protocols, ports, hint, lost, clock }, proven),
  };
}
