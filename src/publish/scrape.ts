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

/** Lines are written so many at a time: a fraction of a turn. */
const AT_ONCE = 100;

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

/** What was read of services, column by column: as objects of their own the values would be most of what has to be collected. */
interface Table {
  /** Of each service; the same object for all its metrics. */
  readonly labels: readonly Labels[];
  /** By the index of the metric; `NaN`: there is no such value. */
  readonly columns: readonly (readonly number[])[];
  /** How many services were looked at, and whether there are more. */
  readonly looked: number;
  readonly isCut: boolean;
}

async function write(options: MetricsOptions, tally: Tally, exposition: Exposition, labels: Labels): Promise<Scrape> {
  const { viewer } = options;
  const turns = startTurns();
  const pieces: string[] = [];
  const table = await readServices(options, tally, turns, labels);
  const summary = viewer.summary();
  const all = Object.values(summary.services).reduce((sum, count) => sum + count, 0);
  const seen: Seen = {
    ...summary,
    checks: summary.checks.slice(0, options.mostServices),
    beside: readBeside(options, table.isCut ? Math.max(0, all - table.looked) : 0),
  };

  for (const metric of DAEMON_METRICS) {
    if (turns.isOver()) await turns.next();
    const samples = metric.read(seen).map((sample) => ({ ...sample, labels: { ...sample.labels, ...labels } }));
    pieces.push(await exposition.lines(metric, samples, true));
  }
  for (const [index, metric] of SERVICE_METRICS.entries()) {
    for (let from = 0; from === 0 || from < table.labels.length; from += AT_ONCE) {
      if (turns.isOver()) await turns.next();
      pieces.push(await exposition.lines(metric, samplesOf(table, index, from), from === 0));
    }
  }
  pieces.push(exposition.end);
  return { contentType: exposition.contentType, pieces };
}

function samplesOf({ labels, columns }: Table, metric: number, from: number): Sample[] {
  const samples: Sample[] = [];
  const to = Math.min(labels.length, from + AT_ONCE);
  for (let row = from; row < to; row++) {
    const [value, of] = [columns[metric]?.[row] ?? Number.NaN, labels[row]];
    if (of !== undefined && !Number.isNaN(value)) samples.push({ labels: of, value });
  }
  return samples;
}

async function readServices(
  { viewer, mostServices }: MetricsOptions,
  tally: Tally,
  turns: Turns,
  more: Labels,
): Promise<Table> {
  const labels: Labels[] = [];
  const columns = SERVICE_METRICS.map((): number[] => []);
  const listed = new Set<Prefix>();
  let looked = 0;
  let isCut = false;
  for (const service of viewer.services()) {
    if (turns.isOver()) await turns.next();
    if (!isCounted(service)) {
      looked++;
      continue;
    }
    isCut = labels.length === mostServices;
    if (isCut) break;
    looked++;
    const transitions = tally.of(service.prefix);
    for (const [index, { read }] of SERVICE_METRICS.entries()) {
      columns[index]?.push(read(service, transitions) ?? Number.NaN);
    }
    labels.push({ ...labelsOf(service), ...more });
    listed.add(service.prefix);
  }
  tally.keep(listed);
  return { labels, columns, looked, isCut };
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
