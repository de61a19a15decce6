/** What is written for others, out of the settings: files from the start on, and metrics for whoever asks. Loaded when needed. */
import type { Settings } from '../config/options.ts';
import type { Reloads } from '../publish/metric.ts';
import type { Publisher } from '../publish/publisher.ts';
import type { Scrape } from '../publish/scrape.ts';
import type { Lifecycle } from '../runtime/lifecycle.ts';
import type { Log } from '../runtime/log.ts';
import type { Daemon } from './daemon.ts';

export interface Publishing {
  /** Begins to keep the files, if there are any. */
  start(): Promise<void>;
  /** `accept`: which formats are wanted, as in HTTP. */
  scrape(accept: string): Promise<Scrape>;
}

export interface PublishingOptions {
  readonly settings: Settings;
  readonly daemon: Pick<Daemon, 'operator' | 'clock'>;
  readonly log: Log;
  readonly lifecycle: Lifecycle;
  /** Of a recording, where there is one. */
  readonly unrecorded: (() => number) | undefined;
  readonly reloads: () => Reloads;
}

export function preparePublishing({
  settings,
  daemon,
  log,
  lifecycle,
  unrecorded,
  reloads,
}: PublishingOptions): Publishing {
  const { statusFile: statusFiles, statusInterval, metricsFile, metricsInterval, metricsMaxServices, name } = settings;
  const { operator: viewer, clock } = daemon;
  let opened: Promise<Publisher> | undefined;
  lifecycle.onClose(async (_why, time) => (await opened)?.close(time));

  async function open(): Promise<Publisher> {
    const [{ createPublisher }, { leaveAtOnce }] = await Promise.all([
      import('../publish/publisher.ts'),
      import('../runtime/native.ts'),
    ]);
    const publisher = createPublisher({
      ...{ viewer, statusFiles, statusInterval, metricsFile, metricsInterval, metricsMaxServices, name },
      ...{ unrecorded, reloads, clock, log: log.child('publish') },
    });
    lifecycle.onHang(publisher.isBusy, leaveAtOnce);
    return publisher;
  }

  const publisher = (): Promise<Publisher> => {
    opened ??= open();
    return opened;
  };
  return {
    async start() {
      if (statusFiles.length > 0 || metricsFile !== '') await publisher();
    },
    async scrape(accept) {
      const [{ formatFor }, { scrape }] = await Promise.all([import('../publish/exposition.ts'), publisher()]);
      return scrape(formatFor(accept));
    },
  };
}
