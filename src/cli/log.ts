/** The log of `run`: where its settings say it goes. */
import fs from 'node:fs';
import path from 'node:path';
import { logFile } from '../config/option-log.ts';
import type { Settings } from '../config/options.ts';
import { isTerminal } from '../runtime/descriptors.ts';
import type { Lifecycle } from '../runtime/lifecycle.ts';
import { type Destination, NO_DESTINATION } from '../runtime/log/destination.ts';
import { fileDestination } from '../runtime/log/file.ts';
import { JOURNAL_SOCKET, journalDestination } from '../runtime/log/journald.ts';
import { type LogFormat, renderAs } from '../runtime/log/rendering.ts';
import { stderrDestination } from '../runtime/log/stderr.ts';
import { SYSLOG_SOCKET, syslogDestination } from '../runtime/log/syslog.ts';
import { createLog, type RootLog } from '../runtime/log.ts';

const TAG = 'ha2bgp';

/** `hasExabgp`: what we write on stderr stands in its log. */
export function openLog(settings: Settings, hasExabgp: boolean, lifecycle: Lifecycle): RootLog {
  const { logLevel: level, name } = settings;
  const log = createLog({ level, to: [destinationOf(settings, hasExabgp)], ...(name !== '' && { name }) });
  lifecycle.onReopen(log.reopen);
  let isSettled = false;
  lifecycle.onClosed(async () => {
    await log.close();
    isSettled = true;
  });
  if (logFile(settings.logTo) !== undefined) {
    // Loaded here: those who only ask for colours do without it.
    void import('../runtime/native.ts').then(({ leaveAtOnce }) => lifecycle.onHang(() => !isSettled, leaveAtOnce));
  }
  lifecycle.onEnd(log.flush);
  return log;
}

function destinationOf(settings: Settings, hasExabgp: boolean): Destination {
  const { logTo, logFormat, syslogFacility: facility, noColor } = settings;
  /** Once, and nothing else of it: whoever wants the log in one place does not want it in another. */
  const failed = (detail: string): void => {
    process.stderr.write(`ha2bgp: --log-to: ${detail}; lines wait, the newest are dropped, tried again\n`);
  };
  const render = (auto: LogFormat, text: LogFormat = auto, color = false) =>
    renderAs(logFormat === 'auto' ? auto : logFormat === 'text' ? text : 'json', color);
  switch (logTo) {
    case 'stderr': {
      const isShown = isTerminal(2);
      const text = hasExabgp ? 'short-text' : 'text';
      return stderrDestination(render(isShown || hasExabgp ? text : 'json', text, isShown && !noColor && hasColors()));
    }
    case 'syslog':
      return syslogDestination({ facility, tag: TAG, render: render('short-text'), failed });
    case 'journald':
      return journalDestination({ failed });
    case 'none':
      return NO_DESTINATION;
    default:
      return fileDestination({ file: logFile(logTo) ?? '', render: render('json', 'dated-text'), failed });
  }
}

/** https://no-color.org */
export const hasColors = (): boolean => (process.env['NO_COLOR'] ?? '') === '';

/** Why the log would not arrive where it is to go, on this host and for this user; `undefined` where it would. */
export function whyNoLog({ logTo }: Pick<Settings, 'logTo'>): string | undefined {
  const file = logFile(logTo);
  if (file !== undefined) {
    const isThere = fs.existsSync(file);
    if (isThere && !fs.statSync(file).isFile()) return `${file} is no regular file`;
    return whyNotWritable(isThere ? file : path.dirname(file));
  }
  return logTo === 'syslog' || logTo === 'journald'
    ? whyNotWritable(logTo === 'syslog' ? SYSLOG_SOCKET : JOURNAL_SOCKET)
    : undefined;
}

function whyNotWritable(place: string): string | undefined {
  try {
    fs.accessSync(place, fs.constants.W_OK);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
