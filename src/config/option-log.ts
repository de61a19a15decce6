/** The kinds of values that say where the log goes. */
import { FACILITY_NAMES, type Facility, facilityNamed } from '../model/syslog.ts';
import { type Description, type Option, value } from './option.ts';
import { isPath } from './option-plain.ts';

const WORDS = ['stderr', 'syslog', 'journald', 'none'] as const;
const FILE = 'file:';

export type LogTo = (typeof WORDS)[number] | `${typeof FILE}${string}`;

/** A relative path would depend on where ExaBGP was started, and 4.2 moves to /. */
export function logTo(of: Description<LogTo>): Option<LogTo> {
  const shape = { anyOf: [{ enum: [...WORDS] }, { type: 'string', pattern: '^file:/.' }] };
  return value<LogTo>({ ...of, argument: 'stderr|file:PATH|syslog|journald|none', shape }, String, (text) => {
    const word = WORDS.find((known) => known === text);
    if (word !== undefined) return { value: word };
    const file = text.startsWith(FILE) ? text.slice(FILE.length) : '';
    return /^\/./.test(file) && isPath(file)
      ? { value: `${FILE}${file}` }
      : { expected: 'stderr, syslog, journald, none, or file: and a path that begins with "/"' };
  });
}

/** The path; `undefined` where the log goes to no file. */
export const logFile = (to: LogTo): string | undefined => (to.startsWith(FILE) ? to.slice(FILE.length) : undefined);

export function syslogFacility(of: Description<Facility>): Option<Facility> {
  return value<Facility>({ ...of, argument: 'name', shape: { enum: [...FACILITY_NAMES] } }, String, (text) => {
    const known = facilityNamed(text);
    return known === undefined ? { expected: `one of ${FACILITY_NAMES.join(', ')}` } : { value: known };
  });
}
