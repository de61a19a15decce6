/**
 * SHELL: all metrics as they stand now, in pieces: services are walked, and lines written, a few milliseconds at a time.
 *
 * Whoever asks while that is on its way, and for the same format, gets the same.
 */
import type { ServiceView, Summary } from '../model/view.ts';
import { DAEMON_METRICS } from './daemon-metrics.ts';
import { type Exposition, expositionOf, type Format } from './exposition.ts';
import type { Beside, FileStatus, Labels, MetricHead, Sample, Seen } from './metric.ts';
import { isCounted, labelsOf, SERVICE_METRICS } from './service-metrics.ts';
import { startTurns, type Turns } from './turns.ts';

export interface Scrape {
  readonly contentType: string;
  /** Of any length; together they are the answer. */
  readonly pieces: readonly string[];
}

export interface Metrics {
  scrape(format: Format): Promise<Scrape>;
}

/** What is looked at: a part of the operator's side. */
export interface Viewed {
  summary(): Summary;
  services(): Iterable<ServiceView>;
}

export interface MetricsOptions {
  readonly viewer: Viewed;
  /** Services that have lines of their own; the rest are in totals. */
  readonly mostServices: number;
  /** Of a recording, where there is one. */
  readonly unrecorded?: () => number;
  readonly files?: () => readonly FileStatus[];
  /** Stand on every line. */
  readonly labels?: Labels;
}

/** Lines are written so many at a time: about a millisecond. */
const AT_ONCE = 500;

export function createMetrics(options: MetricsOptions): Metrics {
  const underWay = new Map<Format, Promise<Scrape>>();

  return {
    scrape(format) {
      const begun = underWay.get(format);
      if (begun !== undefined) return begun;
      const scrape = write(options, expositionOf(format));
      underWay.set(format, scrape);
      const end = (): void => void underWay.delete(format);
      scrape.then(end, end);
      return scrape;
    },
  };
}

/** Of one service, by the index of its metric. */
interface Row {
  readonly labels: Labels;
  readonly values: readonly (number | undefined)[];
}

async function write(options: MetricsOptions, exposition: Exposition): Promise<Scrape> {
  const { viewer, labels } = options;
  const turns = startTurns();
  const pieces: string[] = [];
  const { rows, looked, isCut } = await readServices(options, turns);
  const summary = viewer.summary();
  const all = Object.values(summary.services).reduce((sum, count) => sum + count, 0);
  const seen: Seen = { ...summary, beside: readBeside(options, isCut ? Math.max(0, all - looked) : 0) };

  async function add(metric: MetricHead, samples: readonly Sample[]): Promise<void> {
    for (let from = 0; from === 0 || from < samples.length; from += AT_ONCE) {
      await turns.rest();
      const some = samples.slice(from, from + AT_ONCE);
      const labelled =
        labels === undefined ? some : some.map((each) => ({ ...each, labels: { ...each.labels, ...labels } }));
      pieces.push(await exposition.lines(metric, labelled, from === 0));
    }
  }

  for (const metric of DAEMON_METRICS) await add(metric, metric.read(seen));
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
  turns: Turns,
): Promise<{ readonly rows: readonly Row[]; readonly looked: number; readonly isCut: boolean }> {
  const rows: Row[] = [];
  let looked = 0;
  for (const service of viewer.services()) {
    if (rows.length === mostServices && isCounted(service)) return { rows, looked, isCut: true };
    looked++;
    if (isCounted(service)) {
      rows.push({ labels: labelsOf(service), values: SERVICE_METRICS.map(({ read }) => read(service)) });
    }
    await turns.rest();
  }
  return { rows, looked, isCut: false };
}

function readBeside({ unrecorded, files }: MetricsOptions, leftOut: number): Beside {
  const { user, system } = process.cpuUsage();
  return {
    processorSeconds: (user + system) / 1e6,
    leftOut,
    ...(unrecorded && { unrecorded: unrecorded() }),
    files: files?.() ?? [],
  };
}
