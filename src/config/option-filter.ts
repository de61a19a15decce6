/** The kind of value that is a listen filter. */
import { formatListenFilter, type ListenFilter } from '../model/listen-filter.ts';
import type { PortNumbers } from '../model/listen-filter-operands.ts';
import { parseListenFilter } from '../model/listen-filter-parser.ts';
import { type Description, list, type Option, type Parsed, value } from './option.ts';
import { quote } from './quote.ts';

export function listenFilter(of: Description<ListenFilter>, portNumbers: PortNumbers): Option<ListenFilter> {
  return value({ ...of, argument: 'filter' }, formatListenFilter, (text) => oneFilter(text, portNumbers));
}

export function listenFilters(
  of: Description<readonly ListenFilter[]>,
  portNumbers: PortNumbers,
): Option<readonly ListenFilter[]> {
  return list({ ...of, argument: 'filter' }, (text) => oneFilter(text, portNumbers), formatListenFilter);
}

function oneFilter(text: string, portNumbers: PortNumbers): Parsed<ListenFilter> {
  const parsed = parseListenFilter(text, portNumbers);
  if ('filter' in parsed) return { value: parsed.filter };
  const { column, found, expected } = parsed.problem;
  return {
    expected: `${expected} at column ${column}, where ${found === '' ? 'the filter ends' : `${quote(found)} stands`}`,
  };
}
