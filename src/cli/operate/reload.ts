/** `ha2bgp reload`: the configuration file read again, and what changed. */
import type { RELOAD_OPTIONS } from '../../config/options/operate.ts';
import type { Answer } from '../call.ts';
import { printed, STATUS } from '../output.ts';
import { span } from '../terminal/line.ts';
import { RefusedError } from './client.ts';
import { paper, printBody, printLines, readJson, withDaemon } from './session.ts';
import { shown } from './words.ts';

export const answer: Answer<typeof RELOAD_OPTIONS> = async (call) =>
  withDaemon('reload', call, async (client) => {
    const { json } = call.values;
    try {
      const body = await client.post('/v1/reload', {});
      if (json) await printBody(body);
      else {
        const { changed } = readJson<{ readonly changed: readonly string[] }>(body);
        const lines = changed.map((each) => [span(`  ${shown(each)}`)]);
        const heading = changed.length === 0 ? 'read again: nothing changed' : 'read again; changed:';
        await printLines([[span(heading, 'strong')], ...lines], paper(call.environment));
      }
      return STATUS.ok;
    } catch (error) {
      // What is wrong with the file is an answer, too.
      if (json && error instanceof RefusedError) await printed(`${error.body.trimEnd()}\n`);
      throw error;
    }
  });
