/**
 * SHELL: all metrics as they stand now, in pieces: services are walked, and lines written, a few milliseconds at a time.
 *
 * Whoever asks while that is on its way, and for the same format, gets the same.
 */
import type { Prefix } from '../model/address.ts';
import type { Change, ServiceView, Summary } from '../model/view.ts';
import { DAEMON_METRICS } from './daemon-metrics.ts';
import { type Exposition, expositionOf, type Format } from './exposition.ts';
import {
  type Beside,
  type FileStatus,
  type Labels,
  type MetricHead,
  NO_RELOADS,
  type Reloads,
  type Sample,
  type Seen,
} from './metric.ts';
import { isCounted, labelsOf, SERVICE_METRICS } from './service-metrics.ts';
import { createTally, type Tally } from './tally.ts';
import { startTurns, type Turns } from './turns.ts';

export interface Scrape {
  readonly contentType: string;
  /** Of any length; together they are the answer. */
  readonly pieces: readonly string[];
}

export interface Metrics {
  /** `labels` stand on every line. */
  scrape(format: Format, labels?: Labels): Promise<Scrape>;
  /** Hears of nothing any more. */
  close(): void;
}

/** What is looked at: a part of the operator's side. */
export interface Viewed {
  summary(): Summary;
  services(): Iterable<ServiceView>;
  subscribe(hear: (change: Change) => void): () => void;
}

export interface MetricsOptions {
  readonly viewer: Viewed;
  /** Services that have lines of their own; the rest are in totals. */
  readonly mostServices: number;
  /** Of a recording, where there is one. */
  readonly unrecorded?: () => number;
  readonly reloads?: () => Reloads;
  readonly files?: () => readonly FileStatus[];
}

/** Lines are written so many at a time: about a millisecond. */
const AT_ONCE = 500;

export function createMetrics(options: MetricsOptions): Metrics {
  const tally = createTally();
  let forget: (() => void) | undefined;
  const underWay = new Map<string, Promise<Scrape>>();

  return {
    scrape(format, labels = {}) {
      forget ??= options.viewer.subscribe(tally.hear);
      const key = JSON.stringify([format, labels]);
      const begun = underWay.get(key);
      if (begun !== undefined) return begun;
      const scrape = write(options, tally, expositionOf(format), labels);
      underWay.set(key, scrape);
      const end = (): void => void underWay.delete(key);
      scrape.then(end, end);
      return scrape;
    },
    close: () => forget?.(),
  };
}

/** Of one service, by the index of its metric. All of them have the same labels, the same object. */
interface Row {
  readonly labels: Labels;
  readonly values: readonly (number | undefined)[];
}

async function write(options: MetricsOptions, tally: Tally, exposition: Exposition, labels: Labels): Promise<Scrape> {
  const { viewer } = options;
  const turns = startTurns();
  const pieces: string[] = [];
  const { rows, looked, isCut } = await readServices(options, tally, turns, labels);
  const summary = viewer.summary();
  const all = Object.values(summary.services).reduce((sum, count) => sum + count, 0);
  const seen: Seen = { ...summary, beside: readBeside(options, isCut ? Math.max(0, all - looked) : 0) };

  async function add(metric: MetricHead, samples: readonly Sample[]): Promise<void> {
    for (let from = 0; from === 0 || from < samples.length; from += AT_ONCE) {
      await turns.rest();
      pieces.push(await exposition.lines(metric, samples.slice(from, from + AT_ONCE), from === 0));
    }
  }

  for (const metric of DAEMON_METRICS) {
    const samples = metric.read(seen);
    await add(
      metric,
      samples.map((sample) => ({ ...sample, labels: { ...sample.labels, ...labels } })),
    );
  }
  for (const [index, metric] of SERVICE_METRICS.entries()) {
    await turns.rest();
    const samples = rows.flatMap(({ labels: of, values }) => {
      const value = values[index];
      return value === undefined ? [] : [{ labels: of, value }];
    });
    await add(metric, samples);
  }
  pieces.push(exposition.end);
  return { contentType: exposition.contentType, pieces };
}

/** `looked`: how many were looked at; `isCut`: there are more. */
async function readServices(
  { viewer, mostServices }: MetricsOptions,
  tally: Tally,
  turns: Turns,
  labels: Labels,
): Promise<{ readonly rows: readonly Row[]; readonly looked: number; readonly isCut: boolean }> {
  const rows: Row[] = [];
  const listed = new Set<Prefix>();
  let looked = 0;
  for (const service of viewer.services()) {
    if (rows.length === mostServices && isCounted(service)) {
      tally.keep(listed);
      return { rows, looked, isCut: true };
    }
    looked++;
    if (isCounted(service)) {
      const count = tally.of(service.prefix);
      const values = SERVICE_METRICS.map(({ read }) => read(service, count));
      rows.push({ labels: { ...labelsOf(service), ...labels }, values });
      listed.add(service.prefix);
    }
    await turns.rest();
  }
  tally.keep(listed);
  return { rows, looked, isCut: false };
}

function readBeside({ unrecorded, reloads, files }: MetricsOptions, leftOut: number): Beside {
  const { user, system } = process.cpuUsage();
  return {
    processorSeconds: (user + system) / 1e6,
    leftOut,
    ...(unrecorded && { unrecorded: unrecorded() }),
    reloads: reloads?.() ?? NO_RELOADS,
    files: files?.() ?? [],
  };
}
