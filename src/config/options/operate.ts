/** What the commands take that ask, or change, a daemon that runs: no settings, and so not in the table. */

import { formatDuration, type Millis, ms, parseDuration } from '../../model/millis.ts';
import { SERVICE_STATES } from '../../model/view.ts';
import { type Moment, parseMoment } from '../moment.ts';
import { type Option, value } from '../option.ts';
import { choices, filePath, integer, name, toggle } from '../option-plain.ts';

const json = (help: string) => toggle({ flag: 'json', environment: '', help });
const own = { environment: '' } as const;

/** As the daemon takes them: a longer one is a slip of the hand. */
const SHORTEST = ms(1_000);
const LONGEST = ms(366 * 86_400_000);

const length = (flag: string, help: string): Option<Millis> =>
  value(
    { flag, ...own, default: ms(0), help, argument: 'duration' },
    (of) => (of === 0 ? '' : formatDuration(of)),
    (text) => {
      const parsed = parseDuration(text);
      return parsed !== undefined && parsed >= SHORTEST && parsed <= LONGEST
        ? { value: parsed }
        : { expected: 'a duration with its unit such as 90s, 30m or 8h, from 1s to 366d' };
    },
  );

/** One line, as it will stand in status and log. */
const LONGEST_REASON = 200;
const reason: Option<string> = value(
  { flag: 'reason', ...own, default: '', help: 'why: shown wherever it shows', argument: 'text' },
  String,
  (text) =>
    [...text].length <= LONGEST_REASON && !/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(text)
      ? { value: text }
      : { expected: `one line of at most ${LONGEST_REASON} characters, without control characters` },
);
const all = (help: string) => toggle({ flag: 'all', ...own, help });

/** Which of the daemons on this host. */
export const DAEMON_OPTIONS = {
  controlSocket: filePath({
    flag: 'control-socket',
    environment: 'HA2BGP_CONTROL_SOCKET',
    default: '',
    help: 'where the daemon listens; without it, whatever is found in $RUNTIME_DIRECTORY, /run/ha2bgp and /run/exabgp',
  }),
  name: name(
    {
      flag: 'name',
      environment: 'HA2BGP_NAME',
      default: '',
      help: 'which of several daemons: the --name of its own, or what stands before .sock',
    },
    'name',
    64,
  ),
} as const;

const SHOWN_OPTIONS = {
  noColor: toggle({
    flag: 'no-color',
    environment: 'HA2BGP_NO_COLOR',
    help: 'no colours, as NO_COLOR in the environment',
  }),
} as const;

const AS_IT_IS = "print the API's JSON as it is";

export const STATUS_OPTIONS = {
  down: toggle({ flag: 'down', ...own, help: 'only what is not announced, or what nobody was told of' }),
  // All of them would make the help's column of flags as wide as a terminal.
  state: {
    ...choices(
      { flag: 'state', ...own, default: [], help: `only what is ${SERVICE_STATES.join(', ')}; repeatable` },
      SERVICE_STATES,
    ),
    argument: 'state',
  },
  json: json(AS_IT_IS),
  ...SHOWN_OPTIONS,
  ...DAEMON_OPTIONS,
} as const;

export const EXPLAIN_OPTIONS = { json: json(AS_IT_IS), ...SHOWN_OPTIONS, ...DAEMON_OPTIONS } as const;

const moment = (flag: string, help: string): Option<Moment | undefined> =>
  value<Moment | undefined>(
    { flag, ...own, default: undefined, help, argument: 'time|duration' },
    () => '',
    (text) => {
      const parsed = parseMoment(text);
      return parsed === undefined
        ? { expected: 'a time of day (03:00), a date and time (2026-11-20T03:00Z), both UTC, or how long ago (2h)' }
        : { value: parsed };
    },
  );

export const MOST_HISTORY = 10_000;

export const HISTORY_OPTIONS = {
  since: moment('since', 'only from then on: 03:00, 2026-11-20T03:00Z (both UTC), or how long ago, 2h'),
  until: moment('until', 'only until then'),
  // Without a default: with a time all of it is asked for.
  most: {
    ...integer(
      {
        flag: 'most',
        ...own,
        default: 0,
        help: 'how many changes, the newest ones: 50, or all with --since or --until',
      },
      { least: 1, most: MOST_HISTORY },
    ),
    format: (most: number): string => (most === 0 ? '' : String(most)),
  },
  json: json(AS_IT_IS),
  ...SHOWN_OPTIONS,
  ...DAEMON_OPTIONS,
} as const;

export const PEERS_OPTIONS = EXPLAIN_OPTIONS;

export const WATCH_OPTIONS = {
  events: toggle({
    flag: 'events',
    ...own,
    help: 'a line for each change, instead of a table that is kept up to date',
  }),
  json: json('with --events: a line of JSON for each change'),
  ...SHOWN_OPTIONS,
  ...DAEMON_OPTIONS,
} as const;

export const DRAIN_OPTIONS = {
  all: all('everything there is, and whatever comes'),
  for: length('for', 'ends by itself after so long; without it, undrain ends it'),
  reason,
  json: json(AS_IT_IS),
  ...DAEMON_OPTIONS,
} as const;

export const UNDRAIN_OPTIONS = {
  all: all('end the drain of everything'),
  json: json(AS_IT_IS),
  ...DAEMON_OPTIONS,
} as const;

export const SET_OPTIONS = {
  ttl: length('ttl', 'ends by itself after so long; without it, auto ends it'),
  reason,
  json: json(AS_IT_IS),
  ...DAEMON_OPTIONS,
} as const;

export const RELOAD_OPTIONS = { json: json(AS_IT_IS), ...DAEMON_OPTIONS } as const;

export const BUNDLE_OPTIONS = {
  output: filePath({
    flag: 'output',
    short: 'o',
    ...own,
    default: '',
    help: 'the archive to write; a name with the time without it',
  }),
  json: json('print what it has as JSON'),
  ...DAEMON_OPTIONS,
} as const;
