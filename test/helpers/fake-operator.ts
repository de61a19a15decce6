/** An operator with services that a test makes up, and changes that it tells. */
import type { Prefix } from '../../src/model/address.ts';
import type { Change, Instant, ServiceView, Summary } from '../../src/model/view.ts';
import type { Operator } from '../../src/runtime/operator.ts';

export interface FakeOperator extends Operator {
  tell(change: Change): void;
  readonly listeners: () => number;
  /** How many services were made so far. */
  readonly made: () => number;
}

export const INSTANT = '2026-11-20T03:00:00.000Z' as Instant;

/** For an API that nobody scrapes. */
export const noMetrics = async () => ({ contentType: 'text/plain', pieces: [] });

export const transition = (number: number): Change => ({
  ...{ type: 'transition', at: INSTANT, number, prefix: `10.0.${number >> 8}.${number & 255}/32` as Prefix },
  ...{ from: 'announced', to: 'down', reason: { code: 'no-listener', stage: 'health', sentence: 'nothing listens' } },
});

const serviceAt = (number: number): ServiceView => ({
  prefix: `10.${number >> 16}.${(number >> 8) & 255}.${number & 255}/32` as Prefix,
  ...{ kind: 'discovered', state: 'announced', since: INSTANT, overrides: [], told: { told: 1, of: 1, except: [] } },
});

const NONE = { announced: 0, leaving: 0, rising: 0, suppressed: 0, held: 0, drained: 0, 'set-down': 0, down: 0 };

export function fakeOperator(services = 3): FakeOperator {
  const heard = new Set<(change: Change) => void>();
  let made = 0;
  const summary: Summary = {
    at: INSTANT,
    process: {
      ...{ version: '1', node: 'v20', pid: 1, name: 'x', startedAt: INSTANT, uptimeMs: 1, loopLagMs: 0 },
      ...{ droppedLogLines: 0, residentBytes: 1 },
    },
    discovery: { source: 'netlink', hints: 'none', intervalMs: 100, listeners: 0, addresses: 0, failures: 0 },
    sinks: [],
    checks: [],
    overrides: [],
    services: { ...NONE, announced: services },
    ever: { transitions: NONE, stalls: 0, stalledMs: 0, readings: { count: 0, totalMs: 0, buckets: [] }, sinks: [] },
  };
  const done = async () => ({ overrides: [], services: [], remarks: [] });
  return {
    summary: () => summary,
    outline: () => summary,
    overrides: () => summary.overrides,
    *services() {
      for (let number = 0; number < services; number++) {
        made++;
        yield serviceAt(number);
      }
    },
    service: () => serviceAt(0),
    explain: async (asked) => ({ asked, prefixes: [] }),
    history: () => ({ transitions: [], process: [], peers: [] }),
    subscribe(hear) {
      heard.add(hear);
      return () => heard.delete(hear);
    },
    drain: done,
    undrain: done,
    set: done,
    reload: async () => ({ ok: true, changed: [] }),
    findTarget: (text) => ({ type: 'prefix', prefix: text as Prefix }),
    tell: (change) => {
      for (const hear of heard) hear(change);
    },
    listeners: () => heard.size,
    made: () => made,
  };
}
