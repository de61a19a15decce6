/** SHELL: the stream of changes, for as long as it is wanted: taken up again whenever a daemon is there again. */
import { setTimeout as pause } from 'node:timers/promises';
import { type Client, RefusedError, type ServerEvent } from '../client.ts';
import { NoDaemonError } from '../find-daemon.ts';

export interface Following {
  readonly client: Client;
  readonly hear: (event: ServerEvent) => Promise<void> | void;
  /** The stream is there: the first time, or again. */
  readonly opened: () => void;
  /** It is gone, and why; it is tried again. */
  readonly lost: (why: string) => void;
  readonly end: AbortSignal;
}

const RETRY_MS = 500;

/** Resolves when it is ended. */
export async function follow({ client, hear, opened, lost, end }: Following): Promise<void> {
  while (!end.aborted) {
    try {
      await client.listen('/v1/events', hear, opened, end);
      if (!end.aborted) lost('the daemon has closed the connection');
    } catch (error) {
      if (!(error instanceof NoDaemonError) && !(error instanceof RefusedError)) throw error;
      if (!end.aborted) lost(error.message);
    }
    await pause(RETRY_MS, undefined, { signal: end }).catch(() => {});
  }
}
