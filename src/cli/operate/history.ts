/** `ha2bgp history`: the last changes of state, and starts, stops and reloads of the daemon between them. */
import type { HISTORY_OPTIONS } from '../../config/options/operate.ts';
import { quote } from '../../config/quote.ts';
import type { HistoryView } from '../../model/view.ts';
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
    const history = readJson<HistoryView>(body);
    const sheet = paper(environment, values.noColor);
    const lines = historyLines(history, sheet.now);
    await printLines(lines.length === 0 ? [[span('nothing is known to have changed')]] : lines, sheet);
    return STATUS.ok;
  });
};
