/** `ha2bgp set`: up, down, or whatever is found, by hand. */

import { nearest } from '../../config/nearest.ts';
import type { SET_OPTIONS } from '../../config/options/operate.ts';
import { quote } from '../../config/quote.ts';
import { formatDuration } from '../../model/millis.ts';
import type { Answer } from '../call.ts';
import { complain, STATUS } from '../output.ts';
import { readAsked } from './asked.ts';
import { give } from './order-done.ts';

const STATES = ['up', 'down', 'auto'] as const;
const DONE = {
  up: (prefix: string) => `${prefix} set up`,
  down: (prefix: string) => `${prefix} set down`,
  auto: (prefix: string) => `${prefix} left to what is found`,
} as const;

export const answer: Answer<typeof SET_OPTIONS> = async (call) => {
  const { ttl, reason } = call.values;
  const [of = '', word = ''] = call.operands;
  const asked = readAsked(of);
  const to = STATES.find((each) => each === word);
  const problems = [];
  if (asked.type !== 'prefix') {
    const expected = asked.type === 'wrong' ? asked.expected : 'a prefix or an address';
    problems.push({ place: quote(of), text: `expected ${expected}` });
  }
  if (to === undefined) {
    const near = nearest(word, STATES);
    const text = `expected up, down or auto${near === undefined ? '' : `; did you mean ${near}?`}`;
    problems.push({ place: quote(word), text });
  }
  if (to === 'auto' && ttl > 0) problems.push({ place: '--ttl', text: 'has no effect with auto, which has no end' });
  if (asked.type !== 'prefix' || to === undefined || problems.length > 0) {
    complain(problems);
    return STATUS.unknown;
  }
  const body = {
    ...{ prefix: asked.prefix, to },
    ...(ttl > 0 && { ttl: formatDuration(ttl) }),
    ...(reason !== '' && { why: reason }),
  };
  return give({ command: 'set', body, what: () => DONE[to](asked.prefix) }, call);
};
