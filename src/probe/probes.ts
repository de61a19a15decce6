/**
 * SHELL: the checks of all services. Whoever asks for many at once has one started a turn of the event loop: a process takes
 * some milliseconds to start, and nothing is to wait for all of them.
 */
import type { Event } from '../model/event.ts';
import { type DeclaredService, isSameProbe, isWatched, type Probe, type ServiceId } from '../model/service.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Log } from '../runtime/log.ts';
import { createExecProbe, type ExecProbe } from './exec.ts';

export interface Probes {
  /** Makes the check of that service once. A second call while one is under way changes nothing: its answer is to come. */
  start(service: ServiceId): void;
  /** Other services. A check that is as before goes on; of another one, and of one that is gone, nothing is heard any more. */
  replace(services: Iterable<DeclaredService>): void;
  /** Ends what runs. Nothing is pushed afterwards. */
  close(): void;
}

export interface ProbesOptions {
  readonly services: Iterable<DeclaredService>;
  readonly clock: Clock;
  readonly log: Log;
  readonly push: (event: Event) => void;
}

export function createProbes({ services, ...ports }: ProbesOptions): Probes {
  const probes = new Map<ServiceId, { readonly probe: Probe; readonly exec: ExecProbe }>();
  const waiting = new Set<ServiceId>();
  let next: NodeJS.Immediate | undefined;

  function replace(others: Iterable<DeclaredService>): void {
    const wanted = new Map([...others].filter(isWatched).map(({ id, probe }) => [id, probe]));
    for (const [id, { probe, exec }] of probes) {
      const other = wanted.get(id);
      if (other !== undefined && isSameProbe(probe, other)) continue;
      exec.close();
      probes.delete(id);
    }
    for (const [service, probe] of wanted) {
      if (!probes.has(service)) probes.set(service, { probe, exec: createExecProbe({ service, probe, ...ports }) });
    }
  }

  function proceed(): void {
    const [service] = waiting;
    next = undefined;
    if (service === undefined) return;
    waiting.delete(service);
    probes.get(service)?.exec.start();
    if (waiting.size > 0) next = setImmediate(proceed);
  }

  replace(services);
  return {
    start(service) {
      waiting.add(service);
      next ??= setImmediate(proceed);
    },
    replace,
    close() {
      clearImmediate(next);
      next = undefined;
      waiting.clear();
      replace([]);
    },
  };
}
