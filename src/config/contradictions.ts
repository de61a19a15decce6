/**
 * What is wrong with settings that are each good: those that contradict each other, or have no effect beside each other.
 * What belongs to one subject alone is with it: dampening, next hops, routes, the state.
 */
import { NEEDS_NETLINK } from '../discovery/proc/refused.ts';
import { type Family, familyOf, lengthOf, type Prefix } from '../model/address.ts';
import { formatListenFilter } from '../model/listen-filter.ts';
import { portRanges } from '../model/port-ranges.ts';
import { checkApi } from './api.ts';
import { checkBackends } from './backends.ts';
import { checkDampening } from './dampening.ts';
import { checkLog } from './log.ts';
import { checkRoom } from './message-room.ts';
import { checkNextHops, warnOfNextHops } from './next-hops.ts';
import type { Option } from './option.ts';
import { OPTION_NAMES, OPTIONS, type OptionName, type Settings } from './options.ts';
import { type FilePlace, type Origins, type Problem, placeIn, rankOf } from './place.ts';
import { checkPublished } from './publish.ts';
import { quote } from './quote.ts';
import { checkRoutes } from './routes.ts';
import { announcedAsItIs, checkServices } from './services.ts';
import { checkState } from './state.ts';
import { checkStatics } from './statics.ts';

/** `settings` as they were given; `complete`: what they mean. `servicePlaces`: of each that stands in a file. */
export function checkTogether(
  settings: Settings,
  complete: Settings,
  origins: Origins,
  problems: Problem[],
  warnings: Problem[],
  servicePlaces: readonly FilePlace[] = [],
): void {
  const placeOf = placeIn(origins);
  const announced = [...complete.network, ...announcedAsItIs(complete).map(({ prefix }) => prefix)];
  const isStatic = (family: Family): boolean =>
    settings.static.some(({ prefixes }) => prefixes.some((prefix) => familyOf(prefix) === family));
  const has = (family: Family): boolean => announced.some((prefix) => familyOf(prefix) === family) || isStatic(family);

  if (complete.network !== settings.network) {
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
  checkStatics(settings, (text) => void problems.push({ place: placeOf('static'), text }));
  checkServices(settings, placeOf, (text, index) => {
    const place = servicePlaces[index];
    problems.push({ place: place === undefined ? placeOf('service') : `${place}: ${OPTIONS.service.flag}`, text });
  });
  checkFilters(settings, placeOf, problems);
  checkDiscovery(settings, placeOf, problems);
  checkRecording(settings, placeOf, problems);
  checkPublished(settings, placeOf, problems);
  checkNextHops(settings, placeOf, has, problems);
  for (const { name, text } of checkDampening(settings, placeOf, (name) => origins[name] !== 'default')) {
    problems.push({ place: placeOf(name), text });
  }
  checkRoutes(complete, placeOf, problems);
  checkRoom(complete, (name, text) => void problems.push({ place: placeOf(name), text }));
  const isIpv6Meant =
    announced.some(isIpv6) || settings.static.some(({ prefixes, values }) => !values.nexthop && prefixes.some(isIpv6));
  warnOfNextHops(settings, placeOf, problems.length === 0 && isIpv6Meant, warnings);
  checkBackends(settings, origins, placeOf, problems);
  checkState(settings, origins, placeOf, problems, warnings);
  checkApi(settings, placeOf, (name, text) => void problems.push({ place: placeOf(name), text }));
  checkLog(settings, placeOf, problems);
  if (settings.debug && rankOf(origins.debug) === rankOf(origins.logLevel) && settings.logLevel !== 'debug') {
    problems.push({ place: placeOf('debug'), text: `contradicts ${placeOf('logLevel')} ${settings.logLevel}` });
  }
}

const isIpv6 = (prefix: Prefix): boolean => familyOf(prefix) === 'ipv6';

/** The settings in force that cannot be followed with facts from /proc, and why. */
export function needNetlink(settings: Settings): readonly { readonly name: OptionName; readonly why: string }[] {
  return OPTION_NAMES.flatMap((name) => {
    const option = OPTIONS[name] as Option<unknown>;
    const why = NEEDS_NETLINK[option.flag];
    if (why === undefined || option.format(settings[name]) === option.format(option.default)) return [];
    return [{ name, why }];
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
