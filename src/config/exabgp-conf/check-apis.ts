/** The sections `api`: which neighbors hear of which process. */
import { parseAddress } from '../../model/address.ts';
import { nearest } from '../nearest.ts';
import { quote, visible } from '../quote.ts';
import { type Conf, sectionsOf } from './conf.ts';
import type { Report } from './finding.ts';
import type { ApiSection, Neighbor } from './neighbors.ts';
import type { Process } from './processes.ts';
import type { Release } from './release.ts';

/** Which neighbors list which of our processes, or are likely meant to. */
export function checkApis(
  neighbors: readonly Neighbor[],
  processes: readonly Process[],
  conf: Conf,
  release: Release,
  report: Report,
): ReadonlyMap<Process, readonly Neighbor[]> {
  const ours = processes.some(({ isOurs }) => isOurs) ? processes.filter(({ isOurs }) => isOurs) : processes;
  checkApiNames(conf, report);
  for (const { apis } of neighbors) {
    for (const api of apis) checkApi(api, processes, ours, release, report);
    const hasBoth =
      apis.some(({ processes }) => processes.length > 0) && apis.some(({ patterns }) => patterns.length > 0);
    if (hasBoth)
      report('api-both', 'refused', apis[0]?.line ?? 1, 'processes and processes-match cannot be had together');
  }
  const listening = new Map<Process, readonly Neighbor[]>();
  for (const one of ours) {
    const meant = toldOf(one, neighbors);
    const listing = meant.filter(({ apis }) => apis.some((api) => lists(api, one.name)));
    const isAlone = listing.length === 0;
    for (const neighbor of meant) {
      if (listing.includes(neighbor)) checkChanges(neighbor, one.name, report);
      else reportMissing(neighbor, one.name, isAlone, processes, ours, report);
    }
    // Where nobody lists it, all are to.
    listening.set(one, isAlone ? meant : listing);
  }
  return listening;
}

function reportMissing(
  { address, line, apis }: Neighbor,
  name: string,
  isAlone: boolean,
  processes: readonly Process[],
  ours: readonly Process[],
  report: Report,
): void {
  const listed = mended(
    apis.flatMap((api) => api.processes),
    processes,
    ours,
  );
  const names = [...new Set([...listed, name])].map(visible).join(', ');
  const place = apis.find(({ isInherited }) => !isInherited)?.line ?? line;
  const outcome = isAlone ? ': ExaBGP refuses every command' : '';
  report(
    'api-missing',
    isAlone ? 'mute' : 'risk',
    place,
    `the neighbor ${quote(address)} does not list the process ${quote(name)}, and hears nothing of it${outcome}`,
    `api { processes [ ${names} ]; neighbor-changes; }`,
  );
}

function checkChanges({ address, apis }: Neighbor, name: string, report: Report): void {
  const listing = apis.filter((api) => lists(api, name));
  const naming = listing.filter(({ processes }) => processes.includes(name));
  if (naming.some(({ hasChanges }) => hasChanges)) return;
  const isMatched = naming.length === 0;
  const why = isMatched ? ' (neighbor-changes has no effect with processes-match)' : '';
  report(
    'neighbor-changes-missing',
    'risk',
    listing[0]?.line ?? 1,
    `ha2bgp is not told when the session with ${quote(address)} comes up${why}, and cannot repeat at once what it announces`,
    ...(isMatched ? [`processes [ ${visible(name)} ];`] : []),
    'neighbor-changes;',
  );
}

/** Those that the process means to tell: `--neighbor` names them, or all are meant. */
function toldOf({ read }: Process, neighbors: readonly Neighbor[]): readonly Neighbor[] {
  const named = read?.plan?.neighbors ?? [];
  if (named.length === 0) return neighbors;
  return neighbors.filter(({ address }) => address.includes('/') || named.some((one) => one === parseAddress(address)));
}

function lists({ processes, patterns }: ApiSection, name: string): boolean {
  return processes.includes(name) || patterns.some((pattern) => matches(pattern, name));
}

/** As Python's re.match: from the beginning. A pattern that is none here is one that we cannot judge. */
function matches(pattern: string, name: string): boolean {
  try {
    return new RegExp(`^(?:${pattern})`).test(name);
  } catch {
    return true;
  }
}

/** The names as they were likely meant: for each that no process has the nearest one, else one of ours. */
function mended(names: readonly string[], processes: readonly Process[], ours: readonly Process[]): readonly string[] {
  const known = processes.map(({ name }) => name);
  const free = known.filter((name) => !names.includes(name));
  const meant = names.map((name) => (known.includes(name) ? name : (nearest(name, free) ?? ours[0]?.name)));
  return [...new Set(meant.filter((name) => name !== undefined))];
}

function checkApi(
  api: ApiSection,
  processes: readonly Process[],
  ours: readonly Process[],
  release: Release,
  report: Report,
): void {
  for (const name of api.processes.filter((name) => !processes.some((known) => known.name === name))) {
    const names = mended(api.processes, processes, ours).map(visible).join(', ');
    const instead = names === '' ? [] : [`processes [ ${names} ];`];
    report('api-process-unknown', 'refused', api.line, `no process is called ${quote(name)}`, ...instead);
  }
  const isMatched = api.patterns.some((pattern) => processes.some(({ name }) => matches(pattern, name)));
  if (release !== '4.2' && api.patterns.length > 0 && !isMatched) {
    report('api-process-unknown', 'refused', api.line, `no process matches ${quote(api.patterns.join(' '))}`);
  }
}

/** The name behind `api` has to be another one in each neighbor and template. */
function checkApiNames(conf: Conf, report: Report): void {
  const templates = sectionsOf(conf.root, 'template').flatMap((template) => sectionsOf(template, 'neighbor'));
  const sections = [...templates, ...sectionsOf(conf.root, 'neighbor')].flatMap((one) => sectionsOf(one, 'api'));
  const seen = new Set<string>();
  for (const { words, line } of sections.sort((one, other) => one.line - other.line)) {
    const name = words[0]?.text ?? '';
    if (name === '') continue;
    if (seen.has(name) || !/^[\w.-]+$/.test(name)) {
      report(
        'api-name-bad',
        'refused',
        line,
        `api ${quote(name)}: expected a name that no other api has, or none`,
        'api {',
      );
    }
    seen.add(name);
  }
}
