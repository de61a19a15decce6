/** `ha2bgp explain`: why an address is announced, or is not. */
import type { EXPLAIN_OPTIONS } from '../../config/options/operate.ts';
import { quote } from '../../config/quote.ts';
import type { Explanation } from '../../model/view.ts';
import type { Answer } from '../call.ts';
import { complain, STATUS } from '../output.ts';
import { readAsked } from './asked.ts';
import { ASCII_MARKS, explanationLines, MARKS } from './explain-text.ts';
import { paper, printBody, printLines, readJson, withDaemon, withPart } from './session.ts';
import { hasEffect } from './words.ts';

export const answer: Answer<typeof EXPLAIN_OPTIONS> = async (call) => {
  const { values, operands, environment } = call;
  const asked = readAsked(operands[0] ?? '');
  if (asked.type !== 'prefix') {
    const expected = asked.type === 'wrong' ? asked.expected : 'an address or a prefix';
    complain([{ place: quote(operands[0] ?? ''), text: `expected ${expected}` }]);
    return STATUS.unknown;
  }
  return withDaemon('explain', call, async (client) => {
    const body = await client.get(withPart('/v1/explain', asked.of));
    const explanation = readJson<Explanation>(body);
    if (values.json) await printBody(body);
    else {
      const sheet = paper(environment, values.noColor);
      const marks = isUnicode(environment) ? MARKS : ASCII_MARKS;
      await printLines(explanationLines(explanation, sheet.now, sheet.room, marks), sheet);
    }
    // Of an address: that any prefix around it is announced will do.
    return explanation.prefixes.some(({ service }) => hasEffect(service)) ? STATUS.ok : STATUS.notAnnounced;
  });
};

/** locale(7): the first that is set counts. Without any, most terminals of today. */
function isUnicode(environment: Readonly<Record<string, string | undefined>>): boolean {
  const locale = ['LC_ALL', 'LC_CTYPE', 'LANG'].map((name) => environment[name] ?? '').find((text) => text !== '');
  return locale === undefined || /utf-?8/i.test(locale);
}
