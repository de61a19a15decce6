/** `ha2bgp history`: the last changes of state; starts, stops and reloads of the daemon, and its peers' sessions between them. */
import { momentAt } from '../../config/moment.ts';
import { type HISTORY_OPTIONS, MOST_HISTORY } from '../../config/options/operate.ts';
import { quote } from '../../config/quote.ts';
import type { HistoryView, Instant } from '../../model/view.ts';
import type { Answer } from '../call.ts';
import { complain, printed, STATUS } from '../output.ts';
import { span } from '../terminal/line.ts';
import { readAsked } from './asked.ts';
import { historyLines } from './history-text.ts';
import { nobodyCalled, prefixesNamed } from './named.ts';
import { paper, printLines, query, readJson, withDaemon } from './session.ts';
import { moment } from './words.ts';

const USUAL = 50;

export const answer: Answer<typeof HISTORY_OPTIONS> = async (call) => {
  const { values, operands, environment } = call;
  const asked = operands[0] === undefined ? undefined : readAsked(operands[0]);
  if (asked?.type === 'wrong') {
    complain([{ place: quote(operands[0] ?? ''), text: `expected ${asked.expected}` }]);
    return STATUS.unknown;
  }
  const sheet = paper(environment, values.noColor);
  const [since, until] = [values.since, values.until].map((each) => each && instantOf(momentAt(each, sheet.now)));
  if (since !== undefined && until !== undefined && until < since) {
    complain([{ place: '--until', text: `${moment(until)} is before --since, ${moment(since)}` }]);
    return STATUS.unknown;
  }
  return withDaemon('history', call, async (client) => {
    const isTimed = since !== undefined || until !== undefined;
    const most = values.most > 0 ? values.most : isTimed ? MOST_HISTORY : USUAL;
    const ask = isTimed ? MOST_HISTORY : most;
    const prefixes = asked?.type === 'name' ? await prefixesNamed(client, asked.name) : [asked?.prefix];
    if (asked?.type === 'name' && prefixes.length === 0) {
      complain([{ place: 'history', text: nobodyCalled(asked.name) }]);
      return STATUS.bad;
    }
    const histories: HistoryView[] = [];
    for (const prefix of prefixes) {
      histories.push(readJson(await client.get(query('/v1/history', { prefix, most: String(ask) }))));
    }
    const history = within(joined(histories), most, since, until);
    if (values.json) {
      await printed(`${JSON.stringify(history)}\n`);
      return STATUS.ok;
    }
    const lines = historyLines(history, sheet.room, sheet.now);
    await printLines(lines.length === 0 ? [[span(nothing(since, until))]] : lines, sheet);
    return STATUS.ok;
  });
};

/** Each entry once, the newest first. */
function joined(histories: readonly HistoryView[]): HistoryView {
  const [first] = histories;
  if (first !== undefined && histories.length === 1) return first;
  const all = <T extends { readonly number: number }>(of: (history: HistoryView) => readonly T[]): T[] =>
    [...new Map(histories.flatMap(of).map((entry) => [entry.number, entry])).values()].sort(
      (one, other) => other.number - one.number,
    );
  return {
    transitions: all(({ transitions }) => transitions),
    process: all(({ process }) => process),
    peers: all(({ peers }) => peers),
  };
}

/** What lies beyond the years that JavaScript knows is as good as their end. */
const instantOf = (at: number): Instant => new Date(Math.max(0, at)).toISOString() as Instant;

/** The newest of what lies between the two. Instants sort as times do. */
function within(
  { transitions, process, peers }: HistoryView,
  most: number,
  since?: Instant,
  until?: Instant,
): HistoryView {
  const isAskedFor = ({ at }: { readonly at: Instant }): boolean =>
    (since === undefined || at >= since) && (until === undefined || at <= until);
  const numbers = [...transitions, ...process, ...peers]
    .filter(isAskedFor)
    .map(({ number }) => number)
    .sort((one, other) => other - one);
  const oldest = numbers[Math.min(most, numbers.length) - 1] ?? Number.POSITIVE_INFINITY;
  const isKept = (each: { readonly at: Instant; readonly number: number }): boolean =>
    isAskedFor(each) && each.number >= oldest;
  return { transitions: transitions.filter(isKept), process: process.filter(isKept), peers: peers.filter(isKept) };
}

const nothing = (since?: Instant, until?: Instant): string =>
  [
    'nothing is known to have changed',
    ...(since === undefined ? [] : [`since ${moment(since)}`]),
    ...(until === undefined ? [] : [`until ${moment(until)}`]),
  ].join(' ');
