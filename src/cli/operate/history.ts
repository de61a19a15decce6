/** `ha2bgp history`: the last changes of state. */
import type { HISTORY_OPTIONS } from '../../config/options/operate.ts';
import { quote } from '../../config/quote.ts';
import type { Transition } from '../../model/view.ts';
import type { Answer } from '../call.ts';
import { complain, STATUS } from '../output.ts';
import { span } from '../terminal/line.ts';
import { readAsked } from './asked.ts';
import { historyLines } from './history-text.ts';
import { paper, printBody, printLines, query, readJson, withDaemon } from './session.ts';

export const answer: Answer<typeof HISTORY_OPTIONS> = async (call) => {
  const { values, operands, environment } = call;
  const asked = operands[0] === undefined ? undefined : readAsked(operands[0]);
  if (asked !== undefined && asked.type !== 'prefix') {
    const expected = asked.type === 'wrong' ? asked.expected : 'an address or a prefix';
    complain([{ place: quote(operands[0] ?? ''), text: `expected ${expected}` }]);
    return STATUS.unknown;
  }
  return withDaemon('history', call, async (client) => {
    const body = await client.get(query('/v1/history', { prefix: asked?.prefix, most: String(values.most) }));
    if (values.json) {
      await printBody(body);
      return STATUS.ok;
    }
    const { transitions } = readJson<{ readonly transitions: readonly Transition[] }>(body);
    const sheet = paper(environment, values.noColor);
    const lines =
      transitions.length === 0 ? [[span('nothing is known to have changed')]] : historyLines(transitions, sheet.now);
    await printLines(lines, sheet);
    return STATUS.ok;
  });
};
