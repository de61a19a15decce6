/** `ha2bgp doctor FILE`: what keeps an exabgp.conf from working with ha2bgp as its process. */
import fs from 'node:fs';
import { diagnose } from '../config/exabgp-conf/diagnose.ts';
import { parseExabgpEnv } from '../config/exabgp-conf/environment.ts';
import { type Finding, type Report, severityOf } from '../config/exabgp-conf/finding.ts';
import { RELEASES, type Release } from '../config/exabgp-conf/release.ts';
import { findUser } from '../config/exabgp-user.ts';
import { OPTION_NAMES, OPTIONS } from '../config/options.ts';
import type { Problem } from '../config/place.ts';
import { plain, quote, visible } from '../config/quote.ts';
import { checkRunFile } from '../config/run-file.ts';
import { readWords } from './run-words.ts';

/** Of a file of ours, that are no options. */
const PARTS = ['bgp', 'api', 'services'];
const EXABGP_ENV = '/etc/exabgp/exabgp.env';
/** What Debian's package makes. */
const USUAL_USER = 'exabgp';

/** A key of ours at the beginning of a line: in an exabgp.conf no word has a colon behind it there. */
const OF_OURS = new RegExp(
  `^(?:${[...OPTION_NAMES.map((name) => OPTIONS[name].flag), ...PARTS].join('|')}):(?:\\s|$)`,
  'm',
);

export interface DoctorWords {
  readonly file: string;
  /** As given; nothing given is `undefined`. */
  readonly user: string | undefined;
  readonly exabgp: Release | undefined;
}

export interface Examined {
  /** For stdout. */
  readonly report: string;
  /** What kept the file from being looked at. */
  readonly problems: readonly Problem[];
  readonly hasErrors: boolean;
}

export function doctor(call: DoctorWords): Examined {
  const text = readConf(call.file);
  if (typeof text !== 'string') return { report: '', problems: [text], hasErrors: true };
  if (OF_OURS.test(text)) {
    const words = 'is a file of ha2bgp, not of ExaBGP: it is read by';
    const problem = { place: visible(call.file), text: `${words} ha2bgp check --config ${visible(call.file)}` };
    return { report: '', problems: [problem], hasErrors: true };
  }
  const releases = call.exabgp === undefined ? RELEASES : [call.exabgp];
  const { findings, runs } = diagnose(text, readWords, releases);
  const all: Finding[] = [...findings];
  const report: Report = (code, effect, line, sentence, ...instead) => {
    all.push({ code, effect, line, sentence, instead });
  };
  const name = call.user ?? parseExabgpEnv(readOr(EXABGP_ENV, '')).get('daemon.user') ?? USUAL_USER;
  const user = findUser(name);
  if (user === undefined) {
    const problem = { place: '--user', text: `no user ${quote(name)} in /etc/passwd` };
    if (call.user !== undefined) return { report: '', problems: [problem], hasErrors: true };
    report(
      'user-unknown',
      'risk',
      1,
      `${problem.text}: whether ExaBGP can run the program was not looked at; name its user with --user`,
    );
  } else for (const run of runs) checkRunFile(run, call.file, user, releases, report);
  all.sort((one, other) => one.line - other.line);
  const hasErrors = all.some((finding) => severityOf(finding) === 'error');
  return { report: format(call.file, all, releases), problems: [], hasErrors };
}

function readConf(file: string): string | Problem {
  try {
    // A device or a pipe may never end; ExaBGP takes none either.
    if (!fs.statSync(file).isFile()) return { place: visible(file), text: 'expected a regular file' };
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(fs.readFileSync(file));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const isText = code === 'ERR_ENCODING_INVALID_ENCODED_DATA';
    return { place: visible(file), text: isText ? 'is not UTF-8, which ExaBGP expects' : `cannot be read: ${message}` };
  }
}

function readOr(file: string, otherwise: string): string {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return otherwise;
  }
}

/** What is printed: a finding a line, what to write below it, and the verdict. */
export function format(file: string, findings: readonly Finding[], releases: readonly string[]): string {
  const lines = findings.flatMap((finding) => [
    `${visible(file)}:${finding.line}: ${severityOf(finding)}: ${finding.sentence} [${finding.code}]`,
    ...finding.instead.map((line, index) => `    ${index === 0 ? 'write: ' : '       '}${plain(line)}`),
  ]);
  const count = (severity: 'error' | 'warning'): number =>
    findings.filter((finding) => severityOf(finding) === severity).length;
  const [errors, warnings] = [count('error'), count('warning')];
  const counted = [errors, warnings].map(
    (number, index) => `${number} ${['error', 'warning'][index]}${number === 1 ? '' : 's'}`,
  );
  const verdict =
    errors > 0
      ? counted.join(', ')
      : `fits ha2bgp under ExaBGP ${releases.join(' and ')}${warnings > 0 ? `, ${counted[1]}` : ''}`;
  return `${[...lines, `${visible(file)}: ${verdict}`].join('\n')}\n`;
}
