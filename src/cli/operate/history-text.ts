/** What `ha2bgp history` prints, and `watch --events`, PURE. */
import type { Change, Transition } from '../../model/view.ts';
import { columnsOf, type Line, span } from '../terminal/line.ts';
import { ago, moment, type Now, overrideWords, shown, stateTone } from './words.ts';

/** The newest last, as in a log. `now`: for how long ago; left out for none. */
export function historyLines(transitions: readonly Transition[], now?: Now): Line[] {
  const widest = Math.max(0, ...transitions.map(({ prefix }) => prefix.length));
  return transitions.toReversed().map((each) => transitionLine(each, widest, now));
}

/** `widest`: of the prefixes that stand one below the other. */
export function transitionLine({ at, prefix, from, to, reason }: Transition, widest = 0, now?: Now): Line {
  const change = from === to ? to : `${from} → ${to}`;
  return [
    span(`${moment(at)}  `, 'faint'),
    ...(now === undefined ? [] : [span(`${ago(at, now).padEnd(AGO)}  `, 'faint')]),
    span(`${prefix.padEnd(widest)}  `, 'strong'),
    ...(from === to ? [] : [span(`${from} → `)]),
    span(to, stateTone(to)),
    ...(reason === undefined
      ? []
      : [span(' '.repeat(Math.max(0, CHANGE - columnsOf(change)))), span(`  ${shown(reason.sentence)}`)]),
  ];
}

const AGO = '23h 59m ago'.length;
const CHANGE = 'announced → suppressed'.length;

/** A change of any kind, as a line of a log. */
export function changeLine(change: Change, now: Now): Line {
  const at = span(`${moment(change.at)}  `, 'faint');
  switch (change.type) {
    case 'transition':
      return transitionLine(change);
    case 'peer': {
      const { name, as, state, last, told } = change.peer;
      const tone = state === 'established' ? 'served' : 'caution';
      const why = state === 'established' || last === '' ? '' : `  ${shown(last)}`;
      return [at, span(`peer ${shown(name)} AS ${as}  `, 'strong'), span(state, tone), span(`, told ${told}${why}`)];
    }
    case 'overrides': {
      const all = change.overrides.map((each) => overrideWords(each, now));
      return [
        at,
        span('by hand  ', 'strong'),
        span(all.length === 0 ? 'nothing is in force' : all.join('; '), 'routed'),
      ];
    }
    case 'discovery': {
      const { source, hints, failure, failingSince } = change.discovery;
      return [
        at,
        span('discovery  ', 'strong'),
        failingSince === undefined
          ? span(`${source}, hints ${hints}`)
          : span(`the kernel cannot be read: ${shown(failure ?? 'unknown')}`, 'bad'),
      ];
    }
    case 'reloaded': {
      const what = change.changed.length === 0 ? 'nothing changed' : change.changed.map(shown).join(', ');
      return [at, span('settings read again  ', 'strong'), span(what)];
    }
    default:
      return change satisfies never;
  }
}
