/** `ha2bgp watch`: a table on the terminal that is kept up to date, or lines. */
import type { WATCH_OPTIONS } from '../../../config/options/operate.ts';
import { isTerminal } from '../../../runtime/descriptors.ts';
import type { Answer } from '../../call.ts';
import { complain, STATUS } from '../../output.ts';
import { paper, withDaemon } from '../session.ts';
import { watchEvents } from './events.ts';
import { watchTable } from './live.ts';

export const answer: Answer<typeof WATCH_OPTIONS> = async (call) => {
  const { values, environment, lifecycle } = call;
  const { events, json, noColor } = values;
  if (json && !events) {
    complain([{ place: '--json', text: 'needs --events: a table is for people' }]);
    return STATUS.unknown;
  }
  if (!events && !(isTerminal(0) && isTerminal(1) && environment['TERM'] !== 'dumb')) {
    complain([{ place: 'watch', text: 'needs a terminal; ha2bgp watch --events says each change in a line' }]);
    return STATUS.bad;
  }
  return withDaemon('watch', call, (client, warning) => {
    if (events) return watchEvents({ client, lifecycle, isJson: json, sheet: paper(environment, noColor) });
    return watchTable({
      client,
      warning,
      lifecycle,
      environment: noColor ? { ...environment, NO_COLOR: '1' } : environment,
    });
  });
};
