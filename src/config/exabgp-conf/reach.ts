/** Whether the addresses that a process announces can reach its neighbors: families and next hops. */
import { type Family, parseAddress } from '../../model/address.ts';
import { quote } from '../quote.ts';
import { NAMES } from './check-neighbors.ts';
import { type Command, commandsOf, type Section } from './conf.ts';
import type { Report } from './finding.ts';
import { familyOfText, type Neighbor } from './neighbors.ts';
import type { Process } from './processes.ts';
import type { Release } from './release.ts';
import { type Plan, type RunLine, runWith } from './run-line.ts';

/** `listing`: the neighbors that are told, of `all`. */
export function checkReach(of: Process, listing: readonly Neighbor[], all: readonly Neighbor[], report: Report): void {
  const plan = of.read?.plan;
  if (plan === undefined || of.run === undefined) return;
  checkNamed(plan, of.run, all, report);
  checkPathIds(plan, listing, report);
  for (const family of ['ipv4', 'ipv6'] as const) {
    const announced = plan.families[family];
    if (announced === undefined) continue;
    checkFamily(family, of, listing, report);
    const hop = announced.nextHop;
    if (hop === undefined) {
      report(
        'next-hop-missing',
        'mute',
        of.run.line,
        `${NAMES[family]} addresses are held: no next hop is given for them`,
        runWith(of.run, '--nexthop', '2001:db8::1'),
      );
    }
    if (hop !== 'self') continue;
    for (const { address, line } of listing.filter((one) => carries(one, family) && isOther(one, family))) {
      if (family === 'ipv6') {
        report(
          'next-hop-self',
          'mute',
          of.run.line,
          `the session with ${quote(address)} runs over IPv4, where "next-hop self" has no meaning for IPv6: it spoils the session's IPv4 routes, too`,
          runWith(of.run, '--nexthop', '2001:db8::1').replace(/ --?nexthop-self-ipv6(=true)?(?=[ ;])/, ''),
        );
      } else {
        report(
          'next-hop-self',
          'risk',
          line,
          `the session with ${quote(address)} runs over IPv6, where "next-hop self" of an IPv4 route becomes the router-id: a router has to know a way to it`,
          runWith(of.run, '--nexthop', '192.0.2.1'),
        );
      }
    }
  }
}

/** The neighbors of `--neighbor`. */
function checkNamed({ neighbors }: Plan, { line }: RunLine, all: readonly Neighbor[], report: Report): void {
  // Which neighbors a range stands for shows later.
  if (all.some(({ address }) => address.includes('/'))) return;
  const known = all.map(({ address }) => parseAddress(address));
  for (const address of neighbors.filter((one) => !known.includes(one))) {
    report(
      'neighbor-unknown',
      'mute',
      line,
      `there is no neighbor ${address} (--neighbor): ExaBGP refuses what is for it alone`,
    );
  }
}

function checkPathIds({ hasPathIds }: Plan, listing: readonly Neighbor[], report: Report): void {
  if (!hasPathIds) return;
  for (const { address, line, sections } of listing) {
    const said = sections('capability').flatMap((section) => commandsOf(section, 'add-path'));
    if (said.some(({ words }) => /^send(\/receive)?$/i.test(words[0]?.text ?? ''))) continue;
    report(
      'add-path-missing',
      'risk',
      line,
      `the session with ${quote(address)} carries no path identifiers, so that --path-information has no effect on it`,
      'capability { add-path send; }',
    );
  }
}

const carries = ({ families }: Neighbor, family: Family): boolean =>
  families === undefined || families.includes(`${family} unicast`);
const isOther = (neighbor: Neighbor, family: Family): boolean =>
  neighbor.family !== undefined && neighbor.family !== family;

/** One session a family is a good design: only who is likely to be meant, and is not told, is named. */
function checkFamily(family: Family, { name, run }: Process, listing: readonly Neighbor[], report: Report): void {
  const without = listing.filter((one) => !carries(one, family));
  const isNowhere = without.length === listing.length;
  const hasSession = listing.some((one) => carries(one, family) && !isOther(one, family));
  for (const neighbor of without) {
    if (!isNowhere && hasSession && isOther(neighbor, family)) continue;
    report(
      'family-missing',
      isNowhere ? 'mute' : 'risk',
      neighbor.familyLine,
      `the process ${quote(name)} announces ${NAMES[family]} (line ${run?.line}), which the neighbor ${quote(neighbor.address)} does not carry: ExaBGP answers "done" and drops it`,
      `${family} unicast;`,
    );
  }
}

/** Routes that ExaBGP announces itself: their next hop can spoil ours. */
export function checkStatic(neighbor: Neighbor, release: Release, report: Report): void {
  for (const route of neighbor.sections('static').flatMap(({ children }) => children)) {
    const family = familyOfText(route.words[0]?.text.replace(/\/.*$/s, '') ?? '');
    if (route.name !== 'route' || family !== 'ipv6') continue;
    if (!carries(neighbor, 'ipv6')) {
      report(
        'static-family',
        'refused',
        route.line,
        `an IPv6 route for the neighbor ${quote(neighbor.address)}, which does not carry IPv6`,
        'ipv6 unicast;',
      );
    }
    if (isOther(neighbor, 'ipv6') && saysSelf(route)) {
      report(
        'static-next-hop-self',
        release === '4.2' ? 'mute' : 'refused',
        route.line,
        `the session with ${quote(neighbor.address)} runs over IPv4, where "next-hop self" has no meaning for IPv6${release === '4.2' ? ": it spoils the session's IPv4 routes, too" : ''}`,
        'next-hop 2001:db8::1',
      );
    }
  }
}

function saysSelf(route: Command | Section): boolean {
  const inside =
    route.type === 'section'
      ? route.children.flatMap(({ name, words }) => [name, ...words.map(({ text }) => text)])
      : [];
  const texts = [...route.words.map(({ text }) => text), ...inside];
  return texts.some((text, index) => text === 'next-hop' && texts[index + 1] === 'self');
}
