/**
 * syslog(3) by way of logger(1), which waits for lines on its stdin: Node speaks no datagrams to a path. Never blocks;
 * what cannot be handed on is dropped, as it is on stderr.
 */
import { spawn } from 'node:child_process';

export interface Syslog {
  write(level: string, line: string): void;
  /** Lets logger(1) take what waits, and go. */
  close(): void;
}

/** RFC 5424 §6.2.1. */
const SEVERITIES: Readonly<Record<string, number>> = { debug: 7, info: 6, warn: 4, error: 3 };
const CODES: Readonly<Record<string, number>> = {
  ...{ kern: 0, user: 1, mail: 2, daemon: 3, auth: 4, syslog: 5, lpr: 6, news: 7, uucp: 8, cron: 9, authpriv: 10 },
  ...{ ftp: 11, local0: 16, local1: 17, local2: 18, local3: 19, local4: 20, local5: 21, local6: 22, local7: 23 },
};
const MOST_WAITING = 1_048_576;

/** `failed` is told once when logger(1) cannot be had, or ends. */
export function openSyslog(facility: string, tag: string, failed: (detail: string) => void): Syslog {
  const child = spawn('logger', ['--prio-prefix', '-t', `${tag}[${process.pid}]`], {
    stdio: ['pipe', 'ignore', 'ignore'],
    // Signals from a terminal are ours: it goes when its stdin ends.
    detached: true,
  });
  let isOver = false;
  const over = (detail: string): void => {
    if (!isOver) failed(detail);
    isOver = true;
  };
  child.on('error', (error) => over(error.message));
  child.on('exit', (status, signal) => over(`logger ended: ${status ?? signal}`));
  child.stdin.on('error', (error) => over(error.message));
  child.unref();
  return {
    write(level, line) {
      if (isOver || child.stdin.writableLength > MOST_WAITING) return;
      child.stdin.write(`<${(CODES[facility] ?? 3) * 8 + (SEVERITIES[level] ?? 6)}>${line.trimEnd()}\n`);
    },
    close() {
      isOver = true;
      child.stdin.end();
    },
  };
}
