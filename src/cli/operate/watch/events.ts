/** SHELL: `ha2bgp watch --events`: a line for each change, until nobody reads it any more. */
import type { Change } from '../../../model/view.ts';
import type { Lifecycle } from '../../../runtime/lifecycle.ts';
import { complain, printed, STATUS } from '../../output.ts';
import type { Client } from '../client.ts';
import { SilentDaemonError } from '../find-daemon.ts';
import { changeLine } from '../history-text.ts';
import { type Paper, printLines } from '../session.ts';
import { follow } from './follow.ts';
import { feelPulse } from './pulse.ts';

export interface EventOptions {
  readonly client: Client;
  readonly isJson: boolean;
  readonly sheet: Paper;
  readonly lifecycle: Lifecycle;
}

export async function watchEvents({ client, isJson, sheet, lifecycle }: EventOptions): Promise<number> {
  const end = new AbortController();
  lifecycle.onClose(async () => end.abort());
  const tell = (text: string): void => complain([{ place: 'watch', text }]);
  // Fails at once where there is none: from then on it is waited for.
  let isLost = await isSilent(client, tell);
  /** Its stream is there still. */
  let isQuiet = false;
  const following = follow({
    ...{ client, end: end.signal },
    async hear({ data }) {
      const change = JSON.parse(data) as Change;
      const isRead = isJson
        ? await printed(`${JSON.stringify(change)}\n`)
        : await printLines([changeLine(change, Date.now())], sheet);
      if (!isRead) end.abort();
    },
    opened() {
      if (isLost) tell('connected again; what happened meanwhile is in ha2bgp history');
      isLost = false;
    },
    lost(why) {
      if (!isLost) tell(`${why}; trying again`);
      isLost = true;
      isQuiet = false;
    },
  });
  const pulse = feelPulse({
    ...{ client, end: end.signal },
    silent(why) {
      if (isLost) return;
      tell(`${why} Waiting for it`);
      isQuiet = true;
    },
    answers() {
      if (isQuiet) tell('it answers again');
      isQuiet = false;
    },
  });
  try {
    await Promise.all([following, pulse]);
  } finally {
    end.abort();
  }
  return STATUS.ok;
}

async function isSilent(client: Client, tell: (text: string) => void): Promise<boolean> {
  try {
    await client.get('/v1/health');
    return false;
  } catch (error) {
    if (!(error instanceof SilentDaemonError)) throw error;
    tell(`${error.message} Waiting for it`);
    return true;
  }
}
