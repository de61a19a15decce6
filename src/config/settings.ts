/**
 * Settings: from the texts that flags and environment gave, to values. Parsed once, here; everything that is wrong is
 * reported together, each with its place, what stood there, and what was expected.
 */

import { NEEDS_NETLINK } from '../discovery/proc/refused.ts';
import { type Family, familyOf, lengthOf, memberOf, type Prefix } from '../model/address.ts';
import { anyOf, formatListenFilter } from '../model/listen-filter.ts';
import { portRanges } from '../model/port-ranges.ts';
import type { NextHop } from '../model/route.ts';
import { checkDampening } from './dampening.ts';
import { unknownNames } from './environment.ts';
import type { Option } from './option.ts';
import { OPTION_NAMES, OPTIONS, type OptionName, type Settings } from './options.ts';
import { quote } from './quote.ts';
import { checkRoutes } from './routes.ts';
import { NO_STATE, nameProblem } from './state.ts';

export type Origin = 'flag' | 'environment' | 'default';

export interface Problem {
  /** `--network` or `HA2BGP_NETWORK_FILTER`. */
  readonly place: string;
  readonly text: string;
}

export interface Resolved {
  /** Only to be used when there are no problems. */
  readonly settings: Settings;
  readonly origins: Readonly<Record<OptionName, Origin>>;
  readonly problems: readonly Problem[];
  /** What is worth knowing and no reason to stop. */
  readonly warnings: readonly Problem[];
}

/** All texts given for a flag, in order. A flag without the value that it needs has `undefined` in its list. */
export type GivenFlags = Readonly<Partial<Record<OptionName, readonly (string | undefined)[]>>>;
type Environment = Readonly<Record<string, string | undefined>>;

export function resolveSettings(flags: GivenFlags, environment: Environment): Resolved {
  const problems: Problem[] = [];
  const warnings: Problem[] = [];
  const settings: Partial<Record<OptionName, unknown>> = {};
  const origins: Partial<Record<OptionName, Origin>> = {};
  for (const name of OPTION_NAMES) {
    const option = OPTIONS[name] as Option<unknown>;
    const { value, origin } = resolveOption(option, flags[name], environment[option.environment], problems);
    settings[name] = value;
    origins[name] = origin;
  }
  for (const { name, text } of unknownNames(environment)) warnings.push({ place: name, text });
  const resolved = settings as Settings;
  const from = origins as Record<OptionName, Origin>;
  if (problems.length === 0) checkTogether(resolved, from, problems, warnings);
  return { settings: withDefaults(resolved, from), origins: from, problems, warnings };
}

/** One option from the texts of its flag, or else from its variable. */
export function resolveOption<T>(
  option: Option<T>,
  given: readonly (string | undefined)[] | undefined,
  variable: string | undefined,
  problems: Problem[],
): { readonly value: T; readonly origin: Origin } {
  const place = given === undefined ? option.environment : `--${option.flag}`;
  // An empty variable is one that is not set: units and shells have no other way to say so.
  const texts = given ?? (variable === undefined || variable === '' ? undefined : split(variable, option.kind));
  if (texts === undefined) return { value: option.default, origin: 'default' as const };
  const origin = given === undefined ? ('environment' as const) : ('flag' as const);
  const present = texts.filter((text): text is string => text !== undefined);
  // `--device "$DEVICE"` with nothing in it would quietly count every device.
  const isEmpty = option.kind === 'value' && present.includes('');
  if (present.length < texts.length || isEmpty) {
    problems.push({ place, text: `needs a value: ${option.argument}` });
    if (isEmpty) return { value: option.default, origin };
  }
  if (option.kind === 'value' && present.length > 1) {
    problems.push({ place, text: `given ${present.length} times (${present.map(quote).join(', ')}), expected once` });
  }
  if (option.kind === 'switch' && new Set(present.map((text) => JSON.stringify(option.parse([text])))).size > 1) {
    problems.push({ place, text: `given as ${present.map(quote).join(' and as ')}: expected one of them` });
  }
  if (present.length === 0) return { value: option.default, origin };
  const parsed = option.parse(present);
  if ('value' in parsed) return { value: parsed.value, origin };
  for (const { text, expected } of parsed.problems) {
    problems.push({ place, text: `${quote(text)}: expected ${expected}` });
  }
  return { value: option.default, origin };
}

const split = (text: string, kind: string): readonly string[] =>
  kind === 'list' ? text.split(',').map((part) => part.trim()) : [text];

const TRY_OUT = ['127.0.0.0/8' as Prefix];

function withDefaults(settings: Settings, origins: Readonly<Record<OptionName, Origin>>): Settings {
  // A level that a flag says wins over a HA2BGP_DEBUG in the environment.
  const isDebug = settings.debug && !(origins.debug === 'environment' && origins.logLevel === 'flag');
  const isTrial = settings.network.length === 0 && settings.announce.length === 0;
  const implied = origins.listenFilter === 'default' ? anyOf(settings.require) : undefined;
  return {
    ...settings,
    network: isTrial ? TRY_OUT : settings.network,
    listenFilter: implied ?? settings.listenFilter,
    logLevel: isDebug ? 'debug' : settings.logLevel,
  };
}

function checkTogether(
  settings: Settings,
  origins: Readonly<Record<OptionName, Origin>>,
  problems: Problem[],
  warnings: Problem[],
): void {
  const placeOf = (name: OptionName): string =>
    origins[name] === 'environment' ? OPTIONS[name].environment : `--${OPTIONS[name].flag}`;
  const announced = [...withDefaults(settings, origins).network, ...settings.announce];
  const has = (family: Family): boolean => announced.some((prefix) => familyOf(prefix) === family);

  if (settings.network.length === 0 && settings.announce.length === 0) {
    warnings.push({
      place: '--network',
      text: 'not given: trying things out with 127.0.0.0/8, which is nothing for a real BGP neighbor',
    });
  }
  for (const prefix of settings.announce) {
    const shortest = settings.shortestPrefix[familyOf(prefix)];
    if (lengthOf(prefix) >= shortest) continue;
    problems.push({
      place: placeOf('announce'),
      text: `${prefix}: expected /${shortest} or longer, unless --shortest-prefix says otherwise`,
    });
  }
  checkFilters(settings, placeOf, problems);
  checkDiscovery(settings, placeOf, problems);
  checkRecording(settings, placeOf, problems);
  checkNextHops(settings, placeOf, has, problems);
  for (const { name, text } of checkDampening(settings, placeOf, (name) => origins[name] !== 'default')) {
    problems.push({ place: placeOf(name), text });
  }
  checkRoutes(withDefaults(settings, origins), placeOf, problems);
  if (problems.length === 0 && has('ipv6') && nextHopFor('ipv6', settings) === undefined) {
    warnings.push({
      place: '--nexthop',
      text: 'no IPv6 next hop is given, so that IPv6 addresses are held; give one, or --nexthop-self-ipv6 if every session is IPv6',
    });
  }
  for (const hop of settings.nexthop) {
    const around = settings.announce.find((prefix) => hop !== 'self' && memberOf(prefix)(hop));
    if (around === undefined) continue;
    warnings.push({
      place: placeOf('nexthop'),
      text: `${hop} lies inside --announce ${around}: a router without a more specific route to it cannot use what is announced`,
    });
  }
  checkState(settings, origins, placeOf, problems, warnings);
  if (settings.debug && origins.debug === origins.logLevel && settings.logLevel !== 'debug') {
    problems.push({ place: placeOf('debug'), text: `contradicts ${placeOf('logLevel')} ${settings.logLevel}` });
  }
}

/** The settings in force that cannot be followed with facts from /proc, and why. */
export function needNetlink(settings: Settings): readonly { readonly name: OptionName; readonly why: string }[] {
  return OPTION_NAMES.flatMap((name) => {
    const option = OPTIONS[name] as Option<unknown>;
    const why = NEEDS_NETLINK[option.flag];
    const isInForce = option.format(settings[name]) !== option.format(option.default);
    return why !== undefined && isInForce ? [{ name, why }] : [];
  });
}

/** A filter that nothing can match is a slip: `dport` for `sport`, or two ports at once. */
function checkFilters(settings: Settings, placeOf: (name: OptionName) => string, problems: Problem[]): void {
  for (const [name, filters] of [
    ['listenFilter', [settings.listenFilter]],
    ['require', settings.require],
  ] as const) {
    for (const filter of filters) {
      if (portRanges(filter).length > 0) continue;
      problems.push({
        place: placeOf(name),
        text: `${quote(formatListenFilter(filter))}: expected a filter that some listening socket can match; its own port is sport`,
      });
    }
  }
}

/** What would be accepted and have no effect. */
function checkRecording(settings: Settings, placeOf: (name: OptionName) => string, problems: Problem[]): void {
  if (settings.record !== '') return;
  for (const name of ['recordSize', 'recordFiles'] as const) {
    if (settings[name] === OPTIONS[name].default) continue;
    problems.push({ place: placeOf(name), text: `has no effect without --${OPTIONS.record.flag}` });
  }
}

/** The same of what is read. */
function checkDiscovery(settings: Settings, placeOf: (name: OptionName) => string, problems: Problem[]): void {
  const { protocol, hints, discoverySource } = settings;
  const refuse = (name: OptionName, text: string): void => void problems.push({ place: placeOf(name), text });
  if (settings.anyip && settings.network.length === 0) refuse('anyip', 'needs a --network in which the routes lie');
  if (settings.acceptQueueFull !== 'off' && !protocol.includes('tcp')) {
    refuse('acceptQueueFull', `has no effect with ${placeOf('protocol')} udp: only TCP has an accept queue`);
  }
  if (hints === 'tracefs' && !protocol.includes('tcp')) {
    refuse('hints', `tracefs tells nothing of UDP sockets, and ${placeOf('protocol')} is udp alone`);
  }
  if (discoverySource === 'proc') {
    for (const { name, why } of needNetlink(settings)) refuse(name, `${why} (${placeOf('discoverySource')} proc)`);
  }
  if (hints === 'destroy' && settings.netns !== '') {
    refuse('hints', `destroy hears of our own network namespace alone, and ${placeOf('netns')} is ${settings.netns}`);
  }
  if (hints === 'destroy' && discoverySource === 'proc') {
    refuse('hints', `destroy needs netlink, and ${placeOf('discoverySource')} is proc`);
  }
}

function checkState(
  settings: Settings,
  origins: Readonly<Record<OptionName, Origin>>,
  placeOf: (name: OptionName) => string,
  problems: Problem[],
  warnings: Problem[],
): void {
  const refuse = (name: OptionName, text: string): void => void problems.push({ place: placeOf(name), text });
  const text = nameProblem(settings.name);
  if (text !== undefined) refuse('name', `${quote(settings.name)}: ${text}`);
  const hasNoState = settings.stateDir === NO_STATE;
  if (hasNoState && settings.name !== '') refuse('name', `has no effect with ${placeOf('stateDir')} none`);
  if (settings.bgpBackend === 'test') {
    for (const name of ['stateDir', 'name'] as const) {
      if (settings[name] !== '' && settings.stateDir !== NO_STATE) {
        refuse(
          name,
          `has no effect with ${placeOf('bgpBackend')} test: there is nobody to whom a successor could speak`,
        );
      }
    }
  }
  if (settings.onExit === 'keep' && hasNoState) {
    refuse('onExit', `keep: nobody would know of what is kept, with ${placeOf('stateDir')} none`);
  } else if (settings.onExit === 'keep' && origins.name === 'default' && settings.bgpBackend !== 'test') {
    const text = 'keep: give a --name, so that a successor with other settings knows what is its own';
    warnings.push({ place: placeOf('onExit'), text });
  }
}

function checkNextHops(
  settings: Settings,
  placeOf: (name: OptionName) => string,
  has: (family: Family) => boolean,
  problems: Problem[],
): void {
  const place = placeOf('nexthop');
  const explicit = { ipv4: ofFamily(settings.nexthop, 'ipv4'), ipv6: ofFamily(settings.nexthop, 'ipv6') };
  for (const family of ['ipv4', 'ipv6'] as const) {
    const name = family === 'ipv4' ? 'IPv4' : 'IPv6';
    if (explicit[family].length > 1) {
      problems.push({ place, text: `${explicit[family].join(' and ')}: expected one next hop a family` });
    }
    if (explicit[family].length > 0 && !has(family)) {
      problems.push({
        place,
        text: `${explicit[family][0]}: no --network or --announce is ${name}, so that this next hop fits nothing`,
      });
    }
  }
  if (settings.nexthop.includes('self')) {
    if (explicit.ipv4.length > 0) problems.push({ place, text: `self and ${explicit.ipv4[0]}: expected one of them` });
    if (!has('ipv4') && !settings.nexthopSelfIpv6) {
      problems.push({
        place,
        text: 'self: no --network or --announce is IPv4, and for IPv6 it needs --nexthop-self-ipv6',
      });
    }
  }
  if (settings.nexthopSelfIpv6) {
    const own = placeOf('nexthopSelfIpv6');
    if (!has('ipv6'))
      problems.push({ place: own, text: 'no --network or --announce is IPv6, so that it has no effect' });
    if (explicit.ipv6.length > 0) {
      problems.push({ place: own, text: `contradicts ${place} ${explicit.ipv6[0]}: expected one of them` });
    }
  }
}

const ofFamily = (hops: readonly NextHop[], family: Family): readonly NextHop[] =>
  hops.filter((hop) => hop !== 'self' && familyOf(hop) === family);

/**
 * The next hop for a family; `undefined` where nobody said one. `self` is never assumed for IPv6: on an IPv4 session
 * ExaBGP 4.2 takes such a route, sends it without a next hop, and spoils the session's other routes.
 */
export function nextHopFor(family: Family, settings: Settings): NextHop | undefined {
  const explicit = ofFamily(settings.nexthop, family)[0];
  if (explicit !== undefined) return explicit;
  return family === 'ipv4' || settings.nexthopSelfIpv6 ? 'self' : undefined;
}
