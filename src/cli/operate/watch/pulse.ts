/** SHELL: whether the daemon answers, asked every second: a stream on which nothing comes does not tell. */
import { setTimeout as pause } from 'node:timers/promises';
import { type Client, RefusedError } from '../client.ts';
import { NoDaemonError, SilentDaemonError } from '../find-daemon.ts';

export interface Pulse {
  readonly client: Pick<Client, 'get'>;
  /** It does not answer: once, until it does. One that is gone closes the stream, and is not for here. */
  readonly silent: (why: string) => void;
  /** It answers again. */
  readonly answers: () => void;
  readonly end: AbortSignal;
}

const EVERY_MS = 1_000;

/** Resolves when it is ended. */
export async function feelPulse({ client, silent, answers, end }: Pulse): Promise<void> {
  let isSilent = false;
  for (;;) {
    await pause(EVERY_MS, undefined, { signal: end }).catch(() => {});
    if (end.aborted) return;
    const why = await whySilent(client, end);
    if (end.aborted) return;
    if (why !== undefined && !isSilent) silent(why);
    if (why === undefined && isSilent) answers();
    isSilent = why !== undefined;
  }
}

async function whySilent(client: Pulse['client'], end: AbortSignal): Promise<string | undefined> {
  try {
    await client.get('/v1/health', end);
  } catch (error) {
    if (error instanceof SilentDaemonError) return error.message;
    if (!(error instanceof NoDaemonError) && !(error instanceof RefusedError)) throw error;
  }
  return undefined;
}
