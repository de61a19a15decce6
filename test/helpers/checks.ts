/** Checks of services without a shell: a test says what each command finds, and whether a disable file is there. */
import type { Event } from '../../src/model/event.ts';
import { ms } from '../../src/model/millis.ts';
import { type DeclaredService, isSameProbe, isWatched, type Probe, type ServiceId } from '../../src/model/service.ts';
import type { Clock } from '../../src/runtime/clock.ts';

export interface FakeChecks {
  /** How long one takes, in milliseconds. */
  time: number;
  /** Commands that fail now; all others pass. */
  readonly failing: Set<string>;
  /** Disable files that are there. */
  readonly files: Set<string>;
  start(service: ServiceId): void;
  /** As the real one: what is another check now is not heard of any more. */
  replace(services: Iterable<DeclaredService>): void;
  close(): void;
}

export function createFakeChecks(clock: Clock, push: (event: Event) => void): FakeChecks {
  const probes = new Map<ServiceId, Probe>();
  const underWay = new Set<ServiceId>();
  const failing = new Set<string>();
  const files = new Set<string>();

  function end(service: ServiceId): void {
    clock.clearTimer(`probe ${service}`);
    underWay.delete(service);
  }

  const checks: FakeChecks = {
    // It ends when nothing else does by itself.
    time: 37,
    failing,
    files,
    start(service) {
      const probe = probes.get(service);
      if (probe === undefined || underWay.has(service)) return;
      underWay.add(service);
      const startedAt = clock.now();
      clock.setTimer(`probe ${service}`, ms(startedAt + checks.time), () => {
        underWay.delete(service);
        const isOff = probe.disableFile !== undefined && files.has(probe.disableFile);
        const hasFailed = probe.command !== undefined && failing.has(probe.command);
        const result = isOff ? 'disabled' : hasFailed ? 'failed' : 'passed';
        const detail = { disabled: 'it is off', failed: 'exit status 1', passed: '' }[result];
        push({ type: 'probeFinished', at: clock.now(), startedAt, service, result, detail });
      });
    },
    replace(services) {
      const wanted = new Map([...services].filter(isWatched).map(({ id, probe }) => [id, probe]));
      for (const [id, probe] of probes) {
        const other = wanted.get(id);
        if (other !== undefined && isSameProbe(probe, other)) continue;
        end(id);
        probes.delete(id);
      }
      for (const [id, probe] of wanted) if (!probes.has(id)) probes.set(id, probe);
    },
    close() {
      for (const id of [...underWay]) end(id);
      probes.clear();
    },
  };
  return checks;
}
