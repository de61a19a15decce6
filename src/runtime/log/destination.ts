/**
 * Where a log goes. A destination takes a line at once, never blocks and never throws; what it cannot hand on waits, up to a
 * bound, and what goes beyond is dropped and counted. A log is never a reason for anything else not to happen.
 */
/** From the least to the greatest. */
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface LogLine {
  readonly level: LogLevel;
  /** An object, as JSON, with a line feed at its end: `level`, `time`, `pid`, fields, `msg`. */
  readonly json: string;
}

export interface Destination {
  write(line: LogLine): void;
  /** Hands on what waits, as far as that goes at once. */
  flush(): void;
  /** Resolves when all that was written is handed on, or cannot be. */
  close(): Promise<void>;
  /** Somebody moved the file away. */
  reopen(): void;
  /** Lines, since the start. */
  dropped(): number;
}

/** What may wait, in bytes. */
export const LOG_CAPACITY = 1_048_576;

export const now = (): string => new Date().toISOString();

/** The line that stands for dropped ones. */
export const droppedLine = (count: number): LogLine => ({
  level: 'warn',
  json: `${JSON.stringify({ level: 'warn', time: now(), pid: process.pid, count, msg: 'log lines dropped' })}\n`,
});

export const NO_DESTINATION: Destination = {
  write() {},
  flush() {},
  close: () => Promise.resolve(),
  reopen() {},
  dropped: () => 0,
};
