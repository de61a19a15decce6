/** Words for people, PURE, that several commands say: lengths of time, states, targets; and texts of others made safe. */
import { plain } from '../../config/quote.ts';
import { isHostPrefix, networkAddress, type Prefix } from '../../model/address.ts';
import {
  type AskedService,
  type Instant,
  isToldToNobody,
  type OverrideView,
  type PenaltyView,
  type ServiceStateName,
  type ServiceView,
  type TellingView,
  type ToldView,
} from '../../model/view.ts';
import type { Tone } from '../terminal/line.ts';

/** Milliseconds since 1970, as `Date.now` has them: what instants are compared with. */
export type Now = number;

/** A text from elsewhere: no character in it moves a terminal's cursor. */
export const shown = (text: string): string => plain(text);

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const;

/** The two greatest units: `3m 12s`, `2h 5m`, `4d`. Below ten seconds: `0.4s`. */
export function lengthWords(lengthMs: number): string {
  const length = Math.max(0, lengthMs);
  if (length < 10_000) return `${(Math.floor(length / 100) / 10).toFixed(1)}s`;
  const first = UNITS.findIndex(([, size]) => length >= size);
  const [unit, size] = UNITS[first] ?? UNITS[3];
  const next = UNITS[first + 1];
  const count = Math.floor(length / size);
  const rest = next === undefined ? 0 : Math.floor((length % size) / next[1]);
  return rest === 0 ? `${count}${unit}` : `${count}${unit} ${rest}${next?.[0]}`;
}

export const since = (at: Instant, now: Now): string => lengthWords(now - Date.parse(at));
export const ago = (at: Instant, now: Now): string =>
  now - Date.parse(at) < 1_000 ? 'just now' : `${since(at, now)} ago`;
/** `in 3m 12s`; or that its time has come. */
export function left(until: Instant, now: Now): string {
  const rest = Date.parse(until) - now;
  if (rest <= 0) return 'at any moment';
  // Two hours that began a moment ago are two hours.
  return `in ${lengthWords(rest < 10_000 ? rest : Math.ceil(rest / 1_000) * 1_000)}`;
}

/** `2026-11-20 03:00:00.000Z`. */
export const moment = (at: Instant): string => shown(at).replace('T', ' ');

/** `03:00:00Z`. */
export const timeOfDay = (at: Instant): string => `${shown(at).slice(11, 19)}Z`;

export function stateTone(state: ServiceStateName): Tone {
  switch (state) {
    case 'announced':
      return 'served';
    case 'leaving':
    case 'rising':
    case 'suppressed':
    case 'held':
      return 'caution';
    case 'drained':
    case 'set-down':
      return 'routed';
    case 'down':
      return 'bad';
    default:
      return state satisfies never;
  }
}

/** Whether packets for it come here: while it leaves, they still do. */
export const isAnnounced = (state: ServiceStateName): boolean => state === 'announced' || state === 'leaving';

/** Announced, and somebody was told of it, or is not to be. */
export const hasEffect = (service: Pick<ServiceView, 'state' | 'told'>): boolean =>
  isAnnounced(service.state) && !isToldToNobody(service);

/** An address for a host prefix, which is how people write it. */
export const brief = (prefix: Prefix): string => (isHostPrefix(prefix) ? networkAddress(prefix) : prefix);

/** Why it is not announced, without the name of what stands before it; of what is: by whose hand, and that nobody was told. */
export function whyWords(service: AskedService, now: Now): string {
  const { prefix, reason } = service;
  const sentence = reason === undefined ? '' : shown(reason.sentence);
  const own = [`${prefix} `, `${networkAddress(prefix)} `].find((name) => sentence.startsWith(name)) ?? '';
  const told = [nobodyWords(service), sentence.slice(own.length) || byHandWords(service)]
    .filter((each) => each !== '')
    .join('; ');
  const next = reason !== undefined && SAYS_UNTIL.has(reason.code) ? '' : nextWords(service, now);
  return [told, next].filter((each) => each !== '').join('; ');
}

/** Reasons whose sentences say themselves when what runs has run out. */
const SAYS_UNTIL: ReadonlySet<string> = new Set(['draining', 'drained', 'set-down', 'dampened']);

/** `nobody was told: r1 no session`. */
function nobodyWords(service: AskedService): string {
  if (!isToldToNobody(service)) return '';
  const each = service.told.except.map(
    ({ to, state: stands }) => `${shown(to)} ${TELLING_WORDS[stands] ?? shown(stands)}`,
  );
  return `nobody was told${each.length === 0 ? '' : `: ${each.join(', ')}`}`;
}

/** What is announced because somebody said so. */
function byHandWords({ state, overrides }: AskedService): string {
  const up = isAnnounced(state) ? overrides.find(({ kind }) => kind === 'up') : undefined;
  return up === undefined ? '' : `set up by ${shown(up.by)}${up.why === '' ? '' : `: ${shown(up.why)}`}`;
}

/** What comes when what runs has run out, and when that is; empty where nothing runs. */
export function nextWords({ state, reason, until, overrides }: AskedService, now: Now): string {
  if (until === undefined) return '';
  // A drain may end before it withdraws anything.
  const isShort = reason?.code === 'draining' && !overrides.some(({ withdrawAt }) => withdrawAt === until);
  const what = state === 'leaving' && !isShort ? 'withdrawn' : state === 'rising' ? 'announced' : 'ends';
  return `${what} ${left(until, now)}`;
}

/** Of what is not announced nothing is withdrawn. */
export const ofUnannounced = ({ withdrawAt: _, ...override }: OverrideView): OverrideView => override;

export function penaltyWords({ now, suppress, reuse, reuseInMs }: PenaltyView): string {
  const points = Math.round(now);
  return reuseInMs === undefined
    ? `${points} of ${suppress}`
    : `${points}, down to ${reuse} in ${lengthWords(reuseInMs)}`;
}

const TELLING_WORDS: Readonly<Record<TellingView['state'], string>> = {
  told: 'told',
  waiting: 'waiting: it takes nothing at present',
  leaving: 'told, and being withdrawn',
  refused: 'refused',
  'not-for-it': 'not for it',
  'no-session': 'no session',
  none: 'nothing',
};
export const tellingWords = ({ state, detail }: TellingView): string =>
  `${TELLING_WORDS[state] ?? shown(state)}${detail === undefined || detail === '' ? '' : `: ${shown(detail)}`}`;

export function tellingTone(state: TellingView['state']): Tone {
  if (state === 'told') return 'served';
  if (state === 'none' || state === 'not-for-it') return 'faint';
  return state === 'refused' ? 'bad' : 'caution';
}

/** `2/2`, or `1/2 r2 waiting`. */
export function toldWords({ told, of, except }: ToldView): string {
  if (except.length === 0) return `${told}/${of}`;
  return `${told}/${of} ${except.map(({ to, state }) => `${shown(to)} ${state}`).join(', ')}`;
}

/** Who did what by hand, and until when. */
export function overrideWords({ kind, target, by, why, at, until, withdrawAt }: OverrideView, now: Now): string {
  const what = kind === 'drain' ? `drain ${shown(target)}` : `set ${shown(target)} ${kind}`;
  const withdraw =
    withdrawAt !== undefined && Date.parse(withdrawAt) > now ? [`withdrawn ${left(withdrawAt, now)}`] : [];
  const end = until === undefined ? [] : [`ends ${left(until, now)}`];
  const reason = why === '' ? [] : [`"${shown(why)}"`];
  return [`${what} by ${shown(by)}`, ago(at, now), ...withdraw, ...end, ...reason].join(', ');
}

/** The first of them, and how many more there are: a program may set thousands. */
export function overrideTexts(overrides: readonly OverrideView[], most: number, now: Now): string[] {
  const more = overrides.length - most;
  return [
    ...overrides.slice(0, most).map((each) => overrideWords(each, now)),
    ...(more > 0 ? [`and ${more} more`] : []),
  ];
}

export const plural = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;
