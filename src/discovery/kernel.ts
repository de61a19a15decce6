/**
 * SHELL: the kernel's facts over netlink, read now. No timing, no state beyond what saves work; `source.ts` decides when
 * to read.
 */
import type { Listener, Protocol } from '../model/facts.ts';
import { ms } from '../model/millis.ts';
import type { PortRange } from '../model/port-ranges.ts';
import { errnoName, NativeError, openNetlink } from '../runtime/native.ts';
import { createHostDump, unnamed } from './host-dump.ts';
import { createListenDump, type ListenDump } from './listen-dump.ts';
import { type Namespace, OWN_NAMESPACE } from './namespace.ts';
import { encodePortFilter } from './netlink/bytecode.ts';
import { HOST_GROUPS, hostFilter } from './netlink/host-hints.ts';
import { encodeListenDump, type ListenRow } from './netlink/inet-diag.ts';
import { NetlinkError, NetlinkRequests } from './netlink/requests.ts';
import { encodeLinkDump } from './netlink/rtnetlink.ts';
import { attempt, attemptSteps, isReadError } from './read-error.ts';
import type { Reader, Reading } from './reader.ts';
import { type Subscription, subscribeTo } from './subscription.ts';

export interface KernelOptions {
  readonly protocols: readonly Protocol[];
  /** Local ports that matter; listeners on others may be left out. */
  readonly ports: readonly PortRange[];
  readonly namespace: Namespace;
}

/** What is done with as many, before others have their turn, takes some milliseconds. */
const LISTENERS_AT_ONCE = 2_000;
const NETLINK_ROUTE = 0;
const NETLINK_SOCK_DIAG = 4;
const SEQUENCE = 1;

/** These say that it cannot be had at all here; any other failure passes, or is to be heard of. */
const DENIED = ['EAFNOSUPPORT', 'EPROTONOSUPPORT', 'EPERM', 'EACCES'];
/** A kernel without sock_diag for the protocol. */
const NOT_THERE = ['ENOENT', 'EINVAL', 'EOPNOTSUPP', 'EPROTONOSUPPORT'];

/** Why this process cannot read facts over netlink, whatever it tries; `undefined` when it can. */
export function whyNoNetlink(protocols: readonly Protocol[]): string | undefined {
  const diag = new NetlinkRequests(NETLINK_SOCK_DIAG, OWN_NAMESPACE);
  const route = new NetlinkRequests(NETLINK_ROUTE, OWN_NAMESPACE);
  const nothing = encodePortFilter([]);
  try {
    for (const protocol of protocols) diag.dump(encodeListenDump({ protocol, family: 'ipv4' }, SEQUENCE, nothing));
    route.dump(encodeLinkDump(SEQUENCE));
    return undefined;
  } catch (error) {
    if (error instanceof NativeError && DENIED.includes(error.code)) return error.message;
    if (error instanceof NetlinkError && NOT_THERE.includes(errnoName(error.errno))) return error.message;
    if (isReadError(error)) return undefined;
    throw error;
  } finally {
    diag.close();
    route.close();
  }
}

export function openKernel(options: KernelOptions): Reader {
  const { namespace } = options;
  const diag = new NetlinkRequests(NETLINK_SOCK_DIAG, namespace);
  const route = new NetlinkRequests(NETLINK_ROUTE, namespace);
  let dumps = openListenDumps(options, diag);
  let host = createHostDump(route, namespace);
  let names = host.names();
  let rows: readonly ReadonlyMap<string, ListenRow>[] = [];
  let listeners: readonly Listener[] = [];
  let identity: string | undefined;
  let subscription: Subscription | undefined;
  let lose: (reason: Error) => void = () => {};
  let isClosed = false;

  function* readListeners(): Generator<void, readonly Listener[]> {
    const found: ReadonlyMap<string, ListenRow>[] = [];
    for (const dump of dumps) found.push(yield* dump());
    if (names === host.names() && found.every((each, index) => each === rows[index])) return listeners;
    const seen: Listener[] = [];
    for (const row of found.flatMap((each) => [...each.values()])) {
      if (seen.length % LISTENERS_AT_ONCE === LISTENERS_AT_ONCE - 1) yield;
      seen.push(listenerOf(row, host.names()));
    }
    rows = found;
    names = host.names();
    listeners = seen;
    return listeners;
  }

  /**
   * Whether a namespace of the same name is another one now: what was known and heard of the old one is void. Throws
   * `NamespaceError`.
   */
  function checkNamespace(): boolean {
    try {
      const now = namespace.identity();
      const isNew = identity !== undefined && identity !== now;
      if (isNew) {
        leaveNamespace();
        dumps = openListenDumps(options, diag);
        host = createHostDump(route, namespace);
      }
      identity = now;
      return isNew;
    } catch (error) {
      leaveNamespace();
      throw error;
    }
  }

  /** A socket of ours would keep a namespace alive that nobody can reach any more, and every device in it. */
  function leaveNamespace(): void {
    diag.close();
    route.close();
    if (subscription === undefined) return;
    subscription.close();
    subscription = undefined;
    lose(new NetlinkError('the network namespace is gone, or another one'));
  }

  function* readAll(isHostWanted: boolean): Generator<void, Reading> {
    const failures: string[] = [];
    const isNew = attempt(checkNamespace, failures);
    if (failures.length > 0) return { failures };
    // Listeners of one namespace and addresses of another would be no host at all.
    const onHost = isHostWanted || isNew ? yield* attemptSteps(host.read(), failures) : undefined;
    // One that cannot be read does not keep the other from being seen: a listener that is gone is gone.
    const seen = yield* attemptSteps(readListeners(), failures);
    return { ...(onHost && { host: onHost }), ...(seen && { listeners: seen }), failures };
  }

  return {
    read({ host: isHostWanted }, answer) {
      inSteps(readAll(isHostWanted), () => isClosed, answer);
    },
    subscribe(hint, lost) {
      const fd = namespace.enter(() =>
        openNetlink({ protocol: NETLINK_ROUTE, groups: HOST_GROUPS, filter: hostFilter() }),
      );
      subscription = subscribeTo(fd, 'netlink subscription', hint, lost);
      lose = lost;
      return subscription;
    },
    close() {
      isClosed = true;
      diag.close();
      route.close();
    },
  };
}

/**
 * Carries the steps out: at once as long as there is one, else one each iteration of the event loop. What is read is
 * mostly small; ten thousand listeners that appear together must not keep everything else waiting.
 */
function inSteps(steps: Generator<void, Reading>, isOver: () => boolean, answer: (reading: Reading) => void): void {
  let cost = 0;
  const go = (): void => {
    if (isOver()) return;
    const startedAt = performance.now();
    const step = steps.next();
    cost += performance.now() - startedAt;
    if (step.done) answer({ ...step.value, cost: ms(cost) });
    else setImmediate(go);
  };
  go();
}

function openListenDumps({ protocols, ports }: KernelOptions, diag: NetlinkRequests): ListenDump[] {
  const bytecode = encodePortFilter(ports);
  return protocols.flatMap((protocol) =>
    (['ipv4', 'ipv6'] as const).map((family) => createListenDump({ protocol, family }, diag, bytecode)),
  );
}

function listenerOf(row: ListenRow, names: ReadonlyMap<number, string>): Listener {
  const { protocol, family, address, port, v6only, deviceIndex, queueFull } = row;
  const device = deviceIndex === 0 ? '' : (names.get(deviceIndex) ?? unnamed(deviceIndex));
  return { protocol, family, address, port, v6only, device, queueFull };
}
