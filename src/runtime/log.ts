/** The log: pino. Messages are constant strings, data are fields. Where lines go is in `log/`; none of that ever blocks. */
import pino from 'pino';
import { type Destination, LOG_LEVELS, type LogLevel, type LogLine, now } from './log/destination.ts';

export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;
type LogMethod = (fields: LogFields, message: string) => void;

export interface Log {
  readonly debug: LogMethod;
  readonly info: LogMethod;
  readonly warn: LogMethod;
  readonly error: LogMethod;
  /** A log of the same kind for one component. */
  child(component: string): Log;
  /** Hands on what waits, as far as that is taken at once. */
  flush(): void;
}

/** The log of a process, of which all others are children. */
export interface RootLog extends Log {
  /** Lines that were dropped since the start, because nobody took them. */
  dropped(): number;
  /** From now on, for all its children too. */
  setLevel(level: LogLevel): void;
  /** Somebody moved the file of the log away. */
  reopen(): void;
  /** Resolves when all that was logged is handed on, or cannot be. */
  close(): Promise<void>;
}

export interface LogOptions {
  readonly level: LogLevel;
  /** Whose log it is, where several write to one place. */
  readonly name?: string;
  readonly to: readonly Destination[];
}

export function createLog({ level, name, to }: LogOptions): RootLog {
  let least = LOG_LEVELS.indexOf(level);
  const isLogged = (of: LogLevel): boolean => LOG_LEVELS.indexOf(of) >= least;
  const logger = pino(
    {
      // A child of pino's keeps the level that it was made with: ours is asked for with each line.
      level: 'debug',
      base: { pid: process.pid, ...(name !== undefined && { name }) },
      timestamp: () => `,"time":${JSON.stringify(now())}`,
      formatters: { level: (label) => ({ level: label }) },
    },
    {
      write(json: string) {
        const line: LogLine = { level: levelOf(json), json };
        for (const destination of to) destination.write(line);
      },
    },
  );
  const flush = (): void => {
    for (const destination of to) destination.flush();
  };
  return {
    ...wrap(logger, isLogged, flush),
    setLevel(next) {
      least = LOG_LEVELS.indexOf(next);
    },
    dropped: () => to.reduce((sum, destination) => sum + destination.dropped(), 0),
    reopen() {
      for (const destination of to) destination.reopen();
    },
    close: async () => void (await Promise.all(to.map((destination) => destination.close()))),
  };
}

/** It stands in front of everything. */
const levelOf = (json: string): LogLevel => (/^\{"level":"(\w+)"/.exec(json)?.[1] ?? 'info') as LogLevel;

function wrap(logger: pino.Logger, isLogged: (level: LogLevel) => boolean, flush: () => void): Log {
  const to =
    (level: LogLevel): LogMethod =>
    (fields, message) => {
      if (isLogged(level)) logger[level](fields, message);
    };
  return {
    debug: to('debug'),
    info: to('info'),
    warn: to('warn'),
    error: to('error'),
    child: (component) => wrap(logger.child({ component }), isLogged, flush),
    flush,
  };
}
