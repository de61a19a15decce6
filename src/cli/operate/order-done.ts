/** SHELL: an order given to the daemon, and what is printed of what became of it. */
import type { DAEMON_OPTIONS } from '../../config/options/operate.ts';
import type { Call } from '../call.ts';
import { STATUS } from '../output.ts';
import { type DoneView, doneLines } from './done-text.ts';
import { paper, printBody, printLines, readJson, withDaemon } from './session.ts';

export interface Order {
  readonly command: 'drain' | 'undrain' | 'set';
  readonly body: object;
  /** What was done, as a sentence. */
  readonly what: (done: DoneView) => string;
}

export const give = (
  { command, body, what }: Order,
  call: Pick<Call<typeof DAEMON_OPTIONS>, 'environment' | 'lifecycle' | 'version'> & {
    readonly values: Call<typeof DAEMON_OPTIONS>['values'] & { readonly json: boolean };
  },
): Promise<number> =>
  withDaemon(command, call, async (client) => {
    const done = await client.post(`/v1/${command}`, body);
    if (call.values.json) await printBody(done);
    else {
      const sheet = paper(call.environment);
      const view = readJson<DoneView>(done);
      await printLines(doneLines(what(view), view, sheet.now, sheet.room), sheet);
    }
    return STATUS.ok;
  });
