/**
 * The log: pino, always to stderr. Messages are constant strings, data are fields. Never blocks: see `descriptor-writer`.
 */
import pino from 'pino';
import pretty from 'pino-pretty';
import { createDescriptorWriter } from './descriptor-writer.ts';

export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;
type LogMethod = (fields: LogFields, message: string) => void;

export interface Log {
  readonly debug: LogMethod;
  readonly info: LogMethod;
  readonly warn: LogMethod;
  readonly error: LogMethod;
  /** A log of the same kind for one component. */
  child(component: string): Log;
  /** Hands on what waits, as far as stderr takes it at once. */
  flush(): void;
}

export interface LogOptions {
  readonly format: 'json' | 'text' | 'short-text';
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly color: boolean;
  /** Whose log it is, where several write to one place. */
  readonly name?: string;
  readonly fd?: number;
  /** Hears each line as well, as short text. */
  readonly copy?: (level: string, line: string) => void;
  /** Nothing on the descriptor, for whoever has a copy. */
  readonly isSilent?: boolean;
}

export function createLog({ format, level, color, name, fd = 2, copy, isSilent = false }: LogOptions): Log {
  const short = copy === undefined ? String : prettify('short-text', false);
  const render = format === 'json' ? (line: string) => line : prettify(format, color);
  const output = createDescriptorWriter({
    fd,
    droppedLine: (count) =>
      render(`${JSON.stringify({ level: 'warn', time: now(), msg: 'log lines dropped', count })}\n`),
  });
  const logger = pino(
    {
      level,
      base: { ...(format === 'json' && { pid: process.pid }), ...(name !== undefined && { name }) },
      timestamp: () => `,"time":${JSON.stringify(now())}`,
      formatters: { level: (label) => ({ level: label }) },
    },
    {
      write: (line: string) => {
        if (!isSilent) output.write(render(line));
        copy?.(/^\{"level":"(\w+)"/.exec(line)?.[1] ?? 'info', short(line));
      },
    },
  );
  return wrap(logger, output.flush);
}

const now = (): string => new Date().toISOString();

function wrap(logger: pino.Logger, flush: () => void): Log {
  const to =
    (level: 'debug' | 'info' | 'warn' | 'error'): LogMethod =>
    (fields, message) =>
      logger[level](fields, message);
  return {
    debug: to('debug'),
    info: to('info'),
    warn: to('warn'),
    error: to('error'),
    child: (component) => wrap(logger.child({ component }), flush),
    flush,
  };
}

/** Lines for people: `12:00:00.000 INFO  announced prefix=192.0.2.1/32`; short ones leave out the time. */
function prettify(format: 'text' | 'short-text', color: boolean): (line: string) => string {
  const factory = pretty.prettyFactory({
    colorize: color,
    hideObject: true,
    translateTime: 'SYS:HH:MM:ss.l',
    ignore: format === 'short-text' ? 'pid,hostname,time' : 'pid,hostname',
    messageFormat: (entry, messageKey) => {
      const origin = ['name', 'component'].map((key) => (entry[key] === undefined ? '' : `${String(entry[key])}: `));
      return `${origin.join('')}${String(entry[messageKey])}${fieldsOf(entry, messageKey)}`;
    },
  });
  return (line) => factory(line);
}

const OWN_FIELDS = new Set(['level', 'time', 'pid', 'hostname', 'name', 'component']);

function fieldsOf(entry: Record<string, unknown>, messageKey: string): string {
  return Object.entries(entry)
    .filter(([name]) => name !== messageKey && !OWN_FIELDS.has(name))
    .map(([name, value]) => ` ${name}=${quoted(value)}`)
    .join('');
}

/** Values come from outside: JSON quoting keeps control characters away from the terminal. */
function quoted(value: unknown): string {
  return typeof value === 'string' && /^[\x21\x23-\x7e]+$/.test(value) ? value : JSON.stringify(value);
}
