/** SHELL: all that a demo is played by: the router, the services, and the daemon in between. */
import { NO_STATE } from '../../config/state.ts';
import { hostPrefix, type Prefix } from '../../model/address.ts';
import type { Lifecycle } from '../../runtime/lifecycle.ts';
import { NO_DESTINATION } from '../../runtime/log/destination.ts';
import { renderAs } from '../../runtime/log/rendering.ts';
import { createLog, type Log } from '../../runtime/log.ts';
import { type Daemon, openDaemon } from '../daemon.ts';
import { openRouter, type Router, type RouterEvents } from './router.ts';
import { freePort, type Service, startService } from './services.ts';
import { commandPieces, FIRST_PORTS, placeOf, ROUTER, ROUTER_PORTS, settingsFrom, wordsFor } from './settings.ts';
import type { ServiceName } from './story.ts';

export interface Cast {
  readonly router: Router;
  readonly services: Readonly<Record<ServiceName, Service>>;
  /** Where each listens. */
  readonly endpoints: Readonly<Record<ServiceName, string>>;
  readonly prefixes: Readonly<Record<ServiceName, Prefix>>;
  readonly daemon: Daemon;
  /** What the daemon was made from, as a shell takes it: a flag and its value each. */
  readonly command: readonly string[];
}

export interface CastOptions {
  readonly events: RouterEvents;
  readonly lifecycle: Lifecycle;
  /** Hears what the daemon's log has of warnings and errors. */
  readonly warned: (line: string) => void;
  /** Hears how to be rid of each, as soon as it is there. The last one comes first. */
  readonly opened: (close: (time: AbortSignal) => Promise<void> | void) => void;
}

/** Throws `DemoError`, and what `isRefusal` knows. The daemon is not started. */
export async function openCast({ events, lifecycle, warned, opened }: CastOptions): Promise<Cast> {
  const router = await openRouter(ROUTER, ROUTER_PORTS, events);
  opened(router.close);
  const { addresses } = placeOf(router.port);
  const start = async (name: ServiceName) => {
    const port = await freePort(addresses[name], FIRST_PORTS[name]);
    const service = startService(name, addresses[name], port);
    opened(service.stop);
    return { service, port };
  };
  const [web, dns] = [await start('web'), await start('dns')];
  const words = wordsFor({ router: router.port, web: web.port, dns: dns.port });
  const { settings } = settingsFrom(words);
  const daemon = await openDaemon({
    // It leaves nothing behind, and knows nothing of those before it.
    settings: { ...settings, dataDir: NO_STATE },
    log: quietLog(warned),
    lifecycle,
    warn: ({ place, text }) => warned(`${place}: ${text}`),
  });
  opened((time) => daemon.close(time, 'withdraw', 'asked to'));
  return {
    router,
    services: { web: web.service, dns: dns.service },
    endpoints: { web: `${addresses.web}:${web.port}`, dns: `${addresses.dns}:${dns.port}` },
    prefixes: { web: hostPrefix(addresses.web), dns: hostPrefix(addresses.dns) },
    daemon,
    command: commandPieces(words),
  };
}

/** stderr is the same terminal, more often than not. */
const quietLog = (warned: (line: string) => void): Log =>
  createLog({ level: 'warn', to: [{ ...NO_DESTINATION, write: (line) => warned(shortText(line).trimEnd()) }] });
const shortText = renderAs('short-text');
