/**
 * What is written for others to read: metrics for whoever asks, a textfile of them for node_exporter, status files.
 *
 * All of it reads the view, in turns of some milliseconds, and decides nothing. What cannot be written is said and counted.
 */
import type { Millis } from '../model/millis.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Log } from '../runtime/log.ts';
import { createGate } from './gate.ts';
import { type KeptFile, keepFile } from './kept-file.ts';
import type { Reloads } from './metric.ts';
import { createMetrics, type Metrics, type Viewed } from './scrape.ts';
import { composeStatus } from './status-file.ts';

export interface Publisher extends Pick<Metrics, 'scrape'> {
  /** A file is being written, or hangs at that. */
  isBusy(): boolean;
  /** The last words of the files, as far as there is time. */
  close(time: AbortSignal): Promise<void>;
}

export interface PublisherOptions {
  readonly viewer: Viewed;
  readonly statusFiles: readonly string[];
  readonly statusInterval: Millis;
  /** Empty for none. */
  readonly metricsFile: string;
  readonly metricsInterval: Millis;
  readonly metricsMaxServices: number;
  /** Stands on every line of the textfile, where several of one host are read together; empty for not. */
  readonly name: string;
  readonly unrecorded?: (() => number) | undefined;
  readonly reloads?: () => Reloads;
  readonly clock: Clock;
  readonly log: Log;
}

/** Files that are written at once. */
const AT_ONCE = 2;

export function createPublisher(options: PublisherOptions): Publisher {
  const { viewer, statusFiles, statusInterval, metricsFile, metricsInterval, metricsMaxServices, name } = options;
  const { unrecorded, reloads, clock, log } = options;
  const gate = createGate(AT_ONCE);
  const files: KeptFile[] = [];
  const metrics = createMetrics({
    ...{ viewer, mostServices: metricsMaxServices, files: () => files.map((file) => file.status()) },
    ...(unrecorded && { unrecorded }),
    ...(reloads && { reloads }),
  });

  const statuses = statusFiles.map((file) => ({
    last: () => composeStatus(file, viewer, 'stopped'),
    kept: keepFile({
      ...{ file, interval: statusInterval, clock, log, gate },
      compose: () => composeStatus(file, viewer, 'running'),
    }),
  }));
  files.push(...statuses.map(({ kept }) => kept));
  const forget = statuses.length === 0 ? () => {} : viewer.subscribe(() => statuses.map(({ kept }) => kept.changed()));
  let textfile: KeptFile | undefined;
  if (metricsFile !== '') {
    const labels = name === '' ? {} : { daemon: name };
    textfile = keepFile({
      ...{ file: metricsFile, interval: metricsInterval, clock, log, gate },
      compose: async () => (await metrics.scrape('text', labels)).pieces,
    });
    files.push(textfile);
  }

  return {
    scrape: metrics.scrape,
    isBusy: () => files.some((file) => file.isBusy()),
    async close(time) {
      forget();
      metrics.close();
      await Promise.all([...statuses.map(({ kept, last }) => kept.close(time, last)), textfile?.close(time)]);
    },
  };
}
