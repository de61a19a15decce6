/**
 * What each stage found, PURE, in lines for people: see `explain`.
 *
 * What only the host can be asked for, the process behind a listener, is left to whoever shows it: a line carries its listener.
 */
import { type IpAddress, isHostPrefix, memberOf, networkAddress, type Prefix } from '../model/address.ts';
import { endpoint, type HostAddress, type Listener, wildcardFamilies } from '../model/facts.ts';
import { formatListenFilter, matches } from '../model/listen-filter.ts';
import { formatDuration, type Millis, ms } from '../model/millis.ts';
import type { Policy } from '../model/policy.ts';
import { type Stage, sentence } from '../model/reason.ts';
import type { ServiceId } from '../model/service.ts';
import { findCandidate, type Rule } from './candidates.ts';
import { isByCheck } from './checked.ts';
import { penaltyAt } from './dampening.ts';
import { routeLines } from './explain-route.ts';
import { listenersInside, lookBy, wildcardsFor } from './health.ts';
import { overridesOf } from './overrides.ts';
import type { DaemonState } from './state.ts';
import type { InstantOf } from './view.ts';

/** When, and in which words times are told. */
export interface Asked {
  readonly now: Millis;
  readonly instant: InstantOf;
  /** When the kernel was last read: the core hears only of what changed. */
  readonly readAt?: Millis;
}

export interface ExplainedLine {
  readonly text: string;
  /** Whose process is asked for. */
  readonly listener?: Listener;
}

/** Of listeners, and of addresses; how many more there are is said. */
const MOST_LINES = 12;

export function linesOf(
  stage: Stage,
  state: DaemonState,
  prefix: Prefix,
  { now, instant, readAt }: Asked,
): readonly ExplainedLine[] {
  switch (stage) {
    case 'facts':
      return factLines(state, prefix, { now, instant, ...(readAt !== undefined && { readAt }) });
    case 'candidates':
      return candidateLines(state, prefix);
    case 'health':
      return healthLines(state, prefix, now);
    case 'verdict':
      return verdictLines(state, prefix, now, instant).map(plain);
    case 'routes':
      return routeLines(state, prefix).map(plain);
    default:
      return stage satisfies never;
  }
}

export const plain = (text: string): ExplainedLine => ({ text });

function factLines(state: DaemonState, prefix: Prefix, { now, instant, readAt }: Asked): ExplainedLine[] {
  const { policy, reading, failingSince } = state;
  if (policy.statics.routes.has(prefix)) return [plain('it is static: what the kernel says has no part in it')];
  if (policy.services.get(prefix)?.kind === 'checked')
    return [plain('its check decides: what the kernel says has no part in it')];
  const read =
    reading === undefined
      ? []
      : [plain(`the kernel was read ${formatDuration(ms(Math.max(0, Math.round(now - (readAt ?? reading.at)))))} ago`)];
  const failing =
    failingSince === undefined
      ? []
      : [plain(`the kernel cannot be read since ${instant(failingSince)}, and what it said before stands`)];
  if (reading === undefined) return failing;
  const listeners = listenersAt(state, prefix);
  const on = addressesAt(state, prefix);
  return [
    ...[...read, ...failing],
    ...some(on, (fact) => plain(wordsOfAddress(fact))),
    ...(on.length === 0
      ? [plain(isHostPrefix(prefix) ? 'it is not on this host' : 'no address inside it is on this host')]
      : []),
    ...some(listeners, (listener) => ({
      text: `${wordsOf(listener)} listens${isWildcard(listener) ? ', on every address' : ''}`,
      listener,
    })),
    ...(listeners.length === 0 ? [plain('nothing listens there, on the ports and protocols that are looked at')] : []),
  ];
}

function some<T>(all: readonly T[], line: (each: T) => ExplainedLine): ExplainedLine[] {
  const lines = all.slice(0, MOST_LINES).map(line);
  return all.length > MOST_LINES ? [...lines, plain(`and ${all.length - MOST_LINES} more`)] : lines;
}

const isWildcard = (listener: Listener): boolean => wildcardFamilies(listener).length > 0;
const wordsOf = (listener: Listener): string => `${listener.protocol} ${endpoint(listener)}`;

function wordsOfAddress(fact: HostAddress): string {
  if (fact.origin === 'local-route') {
    const by = fact.by === 'admin' ? "an administrator's" : "the kernel's own";
    return `local route ${fact.prefix} on device ${fact.device}${fact.vrf === '' ? '' : `, VRF ${fact.vrf}`}, ${by}`;
  }
  const label = fact.label === fact.device ? '' : `, label ${fact.label}`;
  return `${fact.address}/${fact.length} is on device ${fact.device}${label}${fact.state === 'usable' ? '' : `, ${fact.state}`}`;
}

/** All that may have to do with it, whether it counts or not. */
function listenersAt({ facts }: DaemonState, prefix: Prefix): readonly Listener[] {
  const at = isHostPrefix(prefix)
    ? [networkAddress(prefix)]
    : (facts.areas.get(prefix)?.listening ?? addressesInside(prefix, facts.listenersOf));
  return [...listenersInside(at, facts), ...wildcardsFor(prefix, facts)];
}

/** Of a prefix that no rule covers nobody keeps them. */
function addressesInside(prefix: Prefix, of: ReadonlyMap<IpAddress, unknown>): readonly IpAddress[] {
  const isInside = memberOf(prefix);
  return [...of.keys()].filter(isInside);
}

function addressesAt({ facts }: DaemonState, prefix: Prefix): readonly HostAddress[] {
  const own = [...(facts.localRoutesOf.get(prefix)?.values() ?? [])];
  if (!isHostPrefix(prefix)) {
    const inside = [...(facts.areas.get(prefix)?.assigned ?? addressesInside(prefix, facts.assignedOf))];
    return [...own, ...inside.flatMap((address) => [...(facts.assignedOf.get(address)?.values() ?? [])])];
  }
  const address = networkAddress(prefix);
  const around = facts.localRoutesOf.containing(address).flatMap(([, routes]) => [...routes.values()]);
  return [...(facts.assignedOf.get(address)?.values() ?? []), ...around];
}

function candidateLines({ facts, policy, networks }: DaemonState, prefix: Prefix): ExplainedLine[] {
  if (policy.statics.routes.has(prefix)) return [plain('rule: static, for as long as this process runs (--static)')];
  const found = findCandidate(prefix, facts, policy, networks);
  return found.type === 'rejected'
    ? []
    : found.rules.map((rule) => plain(`rule: ${RULES[rule.type](rule, policy, prefix)}`));
}

const RULES: { readonly [T in Rule['type']]: (rule: Rule, policy: Policy, prefix: Prefix) => string } = {
  address: (_, { networks }) => `an address of this host inside --network (${networks.join(', ')})`,
  anyip: () => "an administrator's local route (--anyip)",
  declared: (_, { services }, prefix) => {
    const service = services.get(prefix);
    const by = service === undefined ? 'declared' : `of the service ${service.id}`;
    return `${by}, while something inside it is served (--${service === undefined ? 'announce' : 'service'})`;
  },
  checked: (rule) => `the service ${rule.type === 'checked' ? rule.service.id : ''}, while its check says so`,
};

function healthLines(state: DaemonState, prefix: Prefix, now: Millis): ExplainedLine[] {
  const { facts, policy, networks, checks, reading } = state;
  if (policy.statics.routes.has(prefix)) return [plain('nothing is asked of it')];
  const found = findCandidate(prefix, facts, policy, networks);
  if (found.type === 'rejected') return [];
  const grounds = { facts, policy, checks, at: reading?.at ?? now };
  const lines: ExplainedLine[] = [];
  for (const rule of found.rules) {
    if (rule.type === 'checked') {
      lines.push(...checkLines(state, rule.service.id, now));
      continue;
    }
    const look = lookBy(prefix, rule, grounds);
    if ('code' in look) {
      lines.push(plain(sentence(prefix, look)));
      continue;
    }
    for (const device of new Set(look.on.map((fact) => fact.device))) lines.push(plain(`device ${device} is up`));
    for (const [index, filter] of [policy.listenFilter, ...policy.require].entries()) {
      const name = index === 0 ? '--listen-filter' : '--require';
      const words = formatListenFilter(filter);
      const matching = look.listeners.filter((listener) => matches(filter, listener));
      lines.push(
        ...some(matching, (listener) => {
          const no = look.whyNot(listener);
          return no === undefined
            ? { text: `${wordsOf(listener)} counts: ${name} ${words}` }
            : { text: `${wordsOf(listener)} does not count: ${sentence(prefix, no)}` };
        }),
      );
      if (matching.length === 0) lines.push(plain(`no listener matches ${name} ${words}`));
    }
  }
  const service = policy.services.get(prefix);
  if (service?.kind === 'local') lines.push(...checkLines(state, service.id, now));
  const up = overridesOf(state, prefix).find(({ kind }) => kind === 'up');
  if (up !== undefined) lines.push(plain(`set up by ${up.by}, in the place of listeners and checks`));
  // Two rules may have found the same.
  return lines.filter(({ text }, index) => lines.findIndex((other) => other.text === text) === index);
}

function checkLines({ checks }: DaemonState, id: ServiceId, now: Millis): ExplainedLine[] {
  const service = checks.get(id);
  if (service === undefined) return [];
  const { standing, declared, failed, last, addressProblem } = service;
  const { rise, fall } = declared.check;
  const lasted = (time: number): string => {
    const unit = time < 1_000 ? 1 : 1_000;
    return formatDuration(ms(Math.max(0, Math.round(time / unit) * unit)));
  };
  const ago = (at: Millis): string => `${lasted(now - at)} ago`;
  const of =
    standing.state === 'rising'
      ? `: ${standing.count} of ${rise} passes`
      : standing.state === 'falling'
        ? `: ${standing.count} of ${fall} failures`
        : '';
  return [
    plain(`its check is ${standing.state}${of}`),
    ...(last === undefined
      ? []
      : [plain(`made ${ago(last.at)}, took ${lasted(last.took)}: ${last.detail || last.result}`)]),
    ...(failed === undefined || failed === last ? [] : [plain(`failed last ${ago(failed.at)}: ${failed.detail}`)]),
    ...(addressProblem === undefined ? [] : [plain(`its addresses: ${addressProblem}`)]),
  ];
}

function verdictLines(state: DaemonState, prefix: Prefix, now: Millis, instant: InstantOf): string[] {
  const { services, dampening, policy } = state;
  const lines: string[] = [];
  const verdict = services.get(prefix);
  if (policy.statics.routes.has(prefix)) lines.push('no delay is asked of it');
  if (verdict?.state === 'up') lines.push('up');
  if (verdict?.state === 'rising')
    lines.push(`up: announced at ${instant(verdict.until)}, if it stays so (--announce-delay)`);
  if (verdict?.state === 'falling') {
    const { listener, address } = verdict.since;
    if (listener !== undefined)
      lines.push(
        `${isByCheck(verdict.reason) ? 'not up by its check' : 'nothing listens'} since ${instant(listener)} (--withdraw-delay ${formatDuration(policy.withdrawDelay)})`,
      );
    if (address !== undefined)
      lines.push(
        `the address is missing since ${instant(address)} (--address-withdraw-delay ${formatDuration(policy.addressWithdrawDelay)})`,
      );
    lines.push(`withdrawn at ${instant(verdict.until)}, unless it comes back before`);
  }
  const dampened = dampening.services.get(prefix);
  if (policy.dampening === undefined || dampened === undefined) return lines;
  const { suppress, reuse } = policy.dampening;
  const penalty = Math.round(penaltyAt(dampened, now, policy.dampening));
  lines.push(`penalty ${penalty}: suppressed above ${suppress}, announced again at ${reuse}`);
  if (dampened.reuseAt !== undefined && dampened.reuseAt > now)
    lines.push(`suppressed until ${instant(dampened.reuseAt)}`);
  return lines;
}
