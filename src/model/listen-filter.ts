/**
 * The listen filter: which listeners count, in the words of `ss`(8), iproute2 6.1. Here is what a filter is, what it
 * matches and how it is written; `listen-filter-parser` reads it.
 *
 * A condition means what the kernel makes of it (inet_diag, include/uapi/linux/inet_diag.h). `ss` asks the kernel and then
 * looks at the answer once more itself, without regard to families, so that `not src 0.0.0.0` loses the listeners on `::`
 * as well; that second look is not followed.
 */
import { ANY_IPV4, ANY_IPV6, type Family, familyOf, type IpAddress, memberOf, type Prefix } from './address.ts';
import type { Listener, Port } from './facts.ts';

export type Comparison = '=' | '!=' | '<' | '<=' | '>' | '>=';

/** Its port, compared. `any` only with `=`. */
export interface PortCondition {
  readonly type: 'sport' | 'dport';
  /** Of the socket, as `inet:` and `inet6:` ask for it. */
  readonly family: Family | 'any';
  readonly comparison: Comparison;
  readonly port: Port | 'any';
}

/**
 * Addresses of a family, written as those of a listener: `::ffff:192.0.2.0/120` is of the family ipv6 and has an IPv4
 * address. The length counts the bits of the family. No host bits are set.
 */
export interface Network {
  readonly family: Family;
  readonly address: IpAddress;
  readonly length: number;
}

/** Its address and port. An IPv4 network holds mapped addresses too, unless the family is asked for. */
export interface HostCondition {
  readonly type: 'src' | 'dst';
  readonly family: Family | 'any';
  readonly network: Network | 'any';
  readonly port: Port | 'any';
}

/** The device that it is bound to; empty for none. */
export interface DeviceCondition {
  readonly type: 'dev';
  readonly comparison: '=' | '!=';
  readonly device: string;
}

export type Condition = PortCondition | HostCondition | DeviceCondition;

/** Plain data. `and` and `or` hold two or more, none of their own type. */
export type ListenFilter =
  | Condition
  | { readonly type: 'not'; readonly filter: ListenFilter }
  | { readonly type: 'and' | 'or'; readonly filters: readonly ListenFilter[] };

type Test = (listener: Listener) => boolean;

const compiled = new WeakMap<ListenFilter, Test>();

/** Whether the listener counts. Prepared with the first question to this filter. */
export function matches(filter: ListenFilter, listener: Listener): boolean {
  let test = compiled.get(filter);
  if (test === undefined) {
    test = compile(filter);
    compiled.set(filter, test);
  }
  return test(listener);
}

function compile(filter: ListenFilter): Test {
  switch (filter.type) {
    case 'sport':
    case 'dport':
      return portTest(filter);
    case 'src':
    case 'dst':
      return hostTest(filter);
    case 'dev':
      return ({ device }) => (device === filter.device) === (filter.comparison === '=');
    case 'not': {
      const test = compile(filter.filter);
      return (listener) => !test(listener);
    }
    case 'and': {
      const tests = filter.filters.map(compile);
      return (listener) => tests.every((test) => test(listener));
    }
    case 'or': {
      const tests = filter.filters.map(compile);
      return (listener) => tests.some((test) => test(listener));
    }
    default:
      return filter satisfies never;
  }
}

function portTest({ type, family, comparison, port }: PortCondition): Test {
  const fits = (found: number): boolean => port === 'any' || compare(found, comparison, port);
  const isPeerFit = fits(PEER_PORT);
  const test: Test = type === 'sport' ? (listener) => fits(listener.port) : () => isPeerFit;
  return family === 'any' ? test : (listener) => listener.family === family && test(listener);
}

export function compare(found: number, comparison: Comparison, wanted: number): boolean {
  switch (comparison) {
    case '=':
      return found === wanted;
    case '!=':
      return found !== wanted;
    case '<':
      return found < wanted;
    case '<=':
      return found <= wanted;
    case '>':
      return found > wanted;
    case '>=':
      return found >= wanted;
    default:
      return comparison satisfies never;
  }
}

/** The peer of what listens is nobody: the unspecified address of the socket's family, and port 0. */
export const PEER_PORT = 0;
const PEERS = { ipv4: ANY_IPV4, ipv6: ANY_IPV6 } as const;

function hostTest({ type, family, network, port }: HostCondition): Test {
  const holds = network === 'any' ? () => true : networkTest(network);
  const test = (of: Family, address: IpAddress, found: number): boolean =>
    (family === 'any' || family === of) && (port === 'any' || port === found) && holds(of, address);
  if (type === 'src') return (listener) => test(listener.family, listener.address, listener.port);
  const isPeerFit = { ipv4: test('ipv4', PEERS.ipv4, PEER_PORT), ipv6: test('ipv6', PEERS.ipv6, PEER_PORT) };
  return (listener) => isPeerFit[listener.family];
}

const MAPPED_LENGTH = 96;
/** The lowest of the addresses that stand for IPv4, as it is on the wire. */
export const LOWEST_MAPPED = '::ffff:0:0' as IpAddress;

/** A test for the address of a socket of a family. */
function networkTest({ family, address, length }: Network): (of: Family, candidate: IpAddress) => boolean {
  if (family === 'ipv4') {
    const holds = memberOf(`${address}/${length}` as Prefix);
    return (_of, candidate) => holds(candidate);
  }
  if (familyOf(address) === 'ipv4') {
    const holds = memberOf(`${address}/${length - MAPPED_LENGTH}` as Prefix);
    return (of, candidate) => of === 'ipv6' && holds(candidate);
  }
  const holds = memberOf(`${address}/${length}` as Prefix);
  const isMappedInside = holds(LOWEST_MAPPED);
  return (of, candidate) => of === 'ipv6' && (familyOf(candidate) === 'ipv4' ? isMappedInside : holds(candidate));
}

/** What any of the filters matches; `undefined` for none. */
export function anyOf(of: readonly ListenFilter[]): ListenFilter | undefined {
  const filters = of.flatMap((filter) => (filter.type === 'or' ? filter.filters : [filter]));
  return filters.length > 1 ? { type: 'or', filters } : filters[0];
}

/**
 * The filter in its shortest usual form, which `parseListenFilter` reads back to an equal one. Where `and` and `or` meet,
 * parentheses say what `ss` and its manual page see differently.
 */
export function formatListenFilter(filter: ListenFilter): string {
  switch (filter.type) {
    case 'sport':
    case 'dport':
      return `${filter.type} ${filter.comparison} ${formatFamily(filter.family)}${formatPort(filter.port)}`;
    case 'src':
    case 'dst':
      return `${filter.type} ${formatHost(filter)}`;
    case 'dev':
      return `dev ${filter.comparison} ${filter.device === '' ? '0' : filter.device}`;
    case 'not':
      return `not ${formatPart(filter.filter)}`;
    case 'and':
    case 'or':
      return filter.filters.map(formatPart).join(` ${filter.type} `);
    default:
      return filter satisfies never;
  }
}

function formatPart(filter: ListenFilter): string {
  const text = formatListenFilter(filter);
  return filter.type === 'and' || filter.type === 'or' ? `(${text})` : text;
}

function formatHost({ family, network, port }: HostCondition): string {
  const host = network === 'any' ? '*' : formatNetwork(network);
  return `${formatFamily(family)}${host}${port === 'any' ? '' : formatPort(port)}`;
}

function formatNetwork({ family, address, length }: Network): string {
  if (family === 'ipv4') return length === 32 ? address : `${address}/${length}`;
  const text = familyOf(address) === 'ipv4' ? `::ffff:${address}` : address;
  return `[${length === 128 ? text : `${text}/${length}`}]`;
}

const formatPort = (port: Port | 'any'): string => (port === 'any' ? ':*' : `:${port}`);
const formatFamily = (family: Family | 'any'): string => ({ any: '', ipv4: 'inet:', ipv6: 'inet6:' })[family];
