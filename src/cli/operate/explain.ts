/** `ha2bgp explain`: why an address is announced, or is not. */
import type { EXPLAIN_OPTIONS } from '../../config/options/operate.ts';
import { quote } from '../../config/quote.ts';
import type { Explanation } from '../../model/view.ts';
import type { Answer } from '../call.ts';
import { complain, STATUS } from '../output.ts';
import { readAsked } from './asked.ts';
import { ASCII_MARKS, explanationLines, MARKS } from './explain-text.ts';
import { nobodyCalled, prefixesNamed } from './named.ts';
import { paper, printBody, printLines, readJson, withDaemon, withPart } from './session.ts';
import { hasEffect } from './words.ts';

export const answer: Answer<typeof EXPLAIN_OPTIONS> = async (call) => {
  const { values, operands, environment } = call;
  const asked = readAsked(operands[0] ?? '');
  if (asked.type === 'wrong') {
    complain([{ place: quote(operands[0] ?? ''), text: `expected ${asked.expected}` }]);
    return STATUS.unknown;
  }
  return withDaemon('explain', call, async (client) => {
    const all = asked.type === 'prefix' ? [asked.of] : await prefixesNamed(client, asked.name);
    const sheet = paper(environment, values.noColor);
    const marks = isUnicode(environment) ? MARKS : ASCII_MARKS;
    let isAllWell = all.length > 0;
    if (asked.type === 'name' && !isAllWell) complain([{ place: 'explain', text: nobodyCalled(asked.name) }]);
    for (const of of all) {
      const body = await client.get(withPart('/v1/explain', of));
      const explanation = readJson<Explanation>(body);
      if (values.json) await printBody(body);
      else {
        const between = of === all[0] ? [] : [[]];
        await printLines([...between, ...explanationLines(explanation, sheet.now, sheet.room, marks)], sheet);
      }
      // Of an address: that any prefix around it is announced will do.
      isAllWell &&= explanation.prefixes.some(({ service }) => hasEffect(service));
    }
    return isAllWell ? STATUS.ok : STATUS.notAnnounced;
  });
};

/** locale(7): the first that is set counts. Without any, most terminals of today. */
function isUnicode(environment: Readonly<Record<string, string | undefined>>): boolean {
  const locale = ['LC_ALL', 'LC_CTYPE', 'LANG'].map((name) => environment[name] ?? '').find((text) => text !== '');
  return locale === undefined || /utf-?8/i.test(locale);
}
