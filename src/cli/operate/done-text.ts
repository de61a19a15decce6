/** What is printed of what was done by hand, PURE. */
import type { Prefix } from '../../model/address.ts';
import type { OverrideView, ServiceView } from '../../model/view.ts';
import { fill, type Line, span } from '../terminal/line.ts';
import { inOrder } from './order.ts';
import { type Now, ofUnannounced, overrideWords, plural, shown } from './words.ts';

/** As the API answers. */
export interface DoneView {
  readonly overrides: readonly OverrideView[];
  readonly before?: readonly OverrideView[];
  readonly services: readonly Prefix[];
  readonly remarks: readonly string[];
}

/** More of them nobody reads. */
const MOST_SERVICES = 20;

/** `what`: the sentence for what was asked: `drain of 192.0.2.1 ended`. */
export function doneLines(
  what: string,
  { overrides, before = [], services, remarks }: DoneView,
  now: Now,
  room: number,
): Line[] {
  const listed = inOrder(services.map((prefix) => ({ prefix }) as Pick<ServiceView, 'prefix'>)).map(
    ({ prefix }) => prefix,
  );
  const few = listed.slice(0, MOST_SERVICES);
  const more = listed.length - few.length;
  const names = [...few, ...(more > 0 ? [`and ${more} more`] : [])];
  return [
    [span(shown(what), 'strong')],
    ...overrides.map((each): Line => {
      const hasNone = listed.length === 0 || remarks.some((remark) => remark.endsWith(' announced now'));
      return [span(`  in force: ${overrideWords(hasNone ? ofUnannounced(each) : each, now)}`, 'routed')];
    }),
    // What is over withdraws nothing.
    ...before.map(
      (each): Line => [span(`  before: ${overrideWords(overrides.length === 0 ? ofUnannounced(each) : each, now)}`)],
    ),
    ...(listed.length === 0
      ? // Of a drain the daemon remarks upon it.
        remarks.some((remark) => remark.startsWith('no service'))
        ? []
        : [[span('  concerns no service at present')]]
      : fill([`concerns ${plural(listed.length, 'service')}:`, ...names], Math.max(40, room - 2)).map((text) => [
          span(`  ${text}`),
        ])),
    ...remarks.map((remark): Line => [span(`  ${shown(remark)}`, 'caution')]),
  ];
}
