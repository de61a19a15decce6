/**
 * What is wrong with an exabgp.conf that is to have ha2bgp as a process: judged as each release of ExaBGP would read it,
 * from its text alone. What only the file system knows comes from elsewhere.
 */
import { checkApis } from './check-apis.ts';
import { checkNeighbors } from './check-neighbors.ts';
import { checkWords } from './check-words.ts';
import { parseConf } from './conf.ts';
import type { Finding, Report } from './finding.ts';
import { neighborsOf } from './neighbors.ts';
import { checkProcesses } from './processes.ts';
import { checkReach, checkStatic } from './reach.ts';
import { RELEASES, type Release } from './release.ts';
import type { ReadWords, RunLine } from './run-line.ts';

export interface Diagnosis {
  /** By line. */
  readonly findings: readonly Finding[];
  /** The `run` lines, for those who can look at files. */
  readonly runs: readonly RunLine[];
}

export function diagnoseFor(text: string, release: Release, readWords: ReadWords): Diagnosis {
  const findings: Finding[] = [];
  const report: Report = (code, effect, line, sentence, ...instead) => {
    findings.push({ code, effect, line, sentence, instead });
  };
  const conf = parseConf(text, release);
  checkWords(conf, release, report);
  const processes = checkProcesses(conf, readWords, report);
  const neighbors = neighborsOf(conf);
  checkNeighbors(neighbors, conf, release, report);
  for (const neighbor of neighbors) checkStatic(neighbor, release, report);
  for (const [process, listing] of checkApis(neighbors, processes, conf, release, report)) {
    checkReach(process, listing, neighbors, report);
  }
  return {
    findings: once(findings).sort((one, other) => one.line - other.line),
    runs: processes.flatMap(({ run }) => (run === undefined ? [] : [run])),
  };
}

/** For several releases: what not all of them say names those that do. */
export function diagnose(text: string, readWords: ReadWords, releases: readonly Release[] = RELEASES): Diagnosis {
  const each = releases.map((release) => ({ release, ...diagnoseFor(text, release, readWords) }));
  const saying = new Map<string, Release[]>();
  for (const { release, findings } of each) {
    for (const key of findings.map(keyOf)) saying.set(key, [...(saying.get(key) ?? []), release]);
  }
  const all = each.flatMap(({ findings }) => findings);
  const findings = once(all).map((finding) => {
    const names = saying.get(keyOf(finding)) ?? [];
    if (names.length === releases.length) return finding;
    return { ...finding, sentence: `${finding.sentence} (ExaBGP ${names.join(' and ')})` };
  });
  return { findings: findings.sort((one, other) => one.line - other.line), runs: each[0]?.runs ?? [] };
}

const keyOf = ({ code, effect, line, sentence }: Finding): string => JSON.stringify([code, effect, line, sentence]);

const once = (findings: readonly Finding[]): Finding[] => [
  ...new Map(findings.map((finding) => [keyOf(finding), finding])).values(),
];
