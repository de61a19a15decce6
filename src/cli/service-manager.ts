/** The service manager that started us, where it asked to be told (sd_notify(3)), and what it is told of the daemon. */

import type { Log } from '../runtime/log.ts';
import { openNotifySocket, takeNotifyWish } from '../runtime/systemd/notify-socket.ts';
import { createServiceManager, type ServiceManager, type ServiceSummary } from '../runtime/systemd/service-manager.ts';
import type { Daemon } from './daemon.ts';

/** Takes the wish out of our environment, too: what we start does not speak for us. `isOurs`: whether it is meant for us. */
export function openServiceManager(isOurs: boolean, daemon: Daemon, log: Log): ServiceManager | undefined {
  const wish = takeNotifyWish(process.env, process.pid);
  if (wish === undefined || !isOurs) return undefined;
  const socket = openNotifySocket(wish.socket, (detail) =>
    log.warn({ detail }, 'the service manager cannot be told how things stand'),
  );
  const { clock, push, source } = daemon;
  const { watchdog } = wish;
  return createServiceManager({
    socket,
    watchdog,
    clock,
    push,
    lookNow: () => source.lookNow(),
    summary: () => summarize(daemon),
  });
}

function summarize(daemon: Daemon): ServiceSummary {
  const { state, sinks } = daemon;
  const { hasFacts, failingSince, desired, services, policy } = state;
  const known = sinks.map((sink) => sink.peers?.()).filter((own) => own !== undefined);
  const peers = known.flat();
  const up = peers.filter((peer) => peer.state === 'established');
  return {
    hasFacts,
    isFailing: failingSince !== undefined,
    announced: desired.routes.size,
    isToldToNobody: up.length === 0 && peers.length > 0 && isUntold(daemon),
    wanted: services.size + policy.statics.routes.size,
    peers: known.length > 0 ? { up: up.length, all: peers.length } : undefined,
  };
}

/** While no peer has a session, what holds for one route holds for all of them. */
function isUntold({ state, sinks }: Daemon): boolean {
  const [first] = state.desired.routes.values();
  return (
    first !== undefined && !sinks.some((sink) => sink.tellings(first.prefix).some(({ state: of }) => of === 'told'))
  );
}
