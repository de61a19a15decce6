/** How a line of the log looks: JSON as it is, or text for people, by pino's own renderer. */
import pretty from 'pino-pretty';
import type { LogLine } from './destination.ts';

/** `short-text` leaves out the time, where whoever takes the line adds one; `dated-text` has the day as well. */
export type LogFormat = 'json' | 'text' | 'dated-text' | 'short-text';

export type Render = (line: LogLine) => string;

/** Lines for people: `[12:00:00.000] INFO: announced prefix=192.0.2.1/32`. */
export function renderAs(format: LogFormat, color = false): Render {
  if (format === 'json') return ({ json }) => json;
  const factory = pretty.prettyFactory({
    colorize: color,
    hideObject: true,
    translateTime: format === 'dated-text' ? 'SYS:yyyy-mm-dd HH:MM:ss.l' : 'SYS:HH:MM:ss.l',
    ignore: format === 'short-text' ? 'pid,hostname,time' : 'pid,hostname',
    // The name it has put in front already.
    messageFormat: ({ name: _name, ...entry }, messageKey) => sentenceOf(entry, messageKey),
  });
  return ({ json }) => factory(json);
}

const OWN_FIELDS = new Set(['level', 'time', 'pid', 'hostname', 'name', 'component']);

/** `web: bgp: session up peer=10.0.0.2`: who says it, what, and the fields. */
export function sentenceOf(entry: Readonly<Record<string, unknown>>, messageKey = 'msg'): string {
  const origin = ['name', 'component'].map((key) => (entry[key] === undefined ? '' : `${String(entry[key])}: `));
  const fields = Object.entries(entry)
    .filter(([name]) => name !== messageKey && !OWN_FIELDS.has(name))
    .map(([name, value]) => ` ${name}=${quoted(value)}`);
  return `${origin.join('')}${String(entry[messageKey])}${fields.join('')}`;
}

/** Values come from outside: JSON quoting keeps control characters away from the terminal. */
function quoted(value: unknown): string {
  return typeof value === 'string' && /^[\x21\x23-\x7e]+$/.test(value) ? value : JSON.stringify(value);
}
