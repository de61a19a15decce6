/**
 * The local ports that a listen filter can match at most: what the kernel may be asked for without missing a listener.
 * Exact for a filter of nothing but ports; wider where an address, a family or a device decides.
 */
import { compare, type HostCondition, type ListenFilter, PEER_PORT, type PortCondition } from './listen-filter.ts';

/** Both ends belong to it. */
export interface PortRange {
  readonly from: number;
  readonly to: number;
}

const HIGHEST = 65_535;
const ALL: readonly PortRange[] = [{ from: 0, to: HIGHEST }];

/** Sorted, disjoint, and never adjacent. */
export const portRanges = (filter: ListenFilter): readonly PortRange[] => boundOf(filter).ranges;

/** `isExact`: a listener on these ports always matches. */
interface Bound {
  readonly ranges: readonly PortRange[];
  readonly isExact: boolean;
}

function boundOf(filter: ListenFilter): Bound {
  switch (filter.type) {
    case 'sport':
    case 'dport':
      return { ranges: portsOf(filter), isExact: filter.family === 'any' };
    case 'src':
    case 'dst':
      return { ranges: portsOf(asPort(filter)), isExact: filter.family === 'any' && filter.network === 'any' };
    case 'dev':
      return { ranges: ALL, isExact: false };
    case 'not': {
      const { ranges, isExact } = boundOf(filter.filter);
      // What is left out by a bound that is too wide may match all the same.
      return { ranges: isExact ? complement(ranges) : ALL, isExact };
    }
    case 'and':
      return both(filter.filters.map(boundOf));
    case 'or': {
      const bounds = filter.filters.map(boundOf);
      return { ranges: merge(bounds.flatMap(({ ranges }) => ranges)), isExact: bounds.every(({ isExact }) => isExact) };
    }
    default:
      return filter satisfies never;
  }
}

const asPort = ({ type, port }: HostCondition): Pick<PortCondition, 'type' | 'comparison' | 'port'> => ({
  type: type === 'src' ? 'sport' : 'dport',
  comparison: '=',
  port,
});

function portsOf({
  type,
  comparison,
  port,
}: Pick<PortCondition, 'type' | 'comparison' | 'port'>): readonly PortRange[] {
  if (port === 'any') return ALL;
  if (type === 'dport') return compare(PEER_PORT, comparison, port) ? ALL : [];
  switch (comparison) {
    case '=':
      return range(port, port);
    case '!=':
      return complement(range(port, port));
    case '<':
      return range(0, port - 1);
    case '<=':
      return range(0, port);
    case '>':
      return range(port + 1, HIGHEST);
    case '>=':
      return range(port, HIGHEST);
    default:
      return comparison satisfies never;
  }
}

const range = (from: number, to: number): readonly PortRange[] => (from <= to ? [{ from, to }] : []);

function complement(ranges: readonly PortRange[]): readonly PortRange[] {
  const starts = [0, ...ranges.map(({ to }) => to + 1)];
  const ends = [...ranges.map(({ from }) => from - 1), HIGHEST];
  return starts.flatMap((from, index) => range(from, ends[index] ?? HIGHEST));
}

function merge(ranges: readonly PortRange[]): readonly PortRange[] {
  const merged: PortRange[] = [];
  for (const { from, to } of [...ranges].sort((one, other) => one.from - other.from)) {
    const last = merged.at(-1);
    if (last === undefined || from > last.to + 1) merged.push({ from, to });
    else merged[merged.length - 1] = { from: last.from, to: Math.max(last.to, to) };
  }
  return merged;
}

/** What lies in all of them is what lies outside of none (De Morgan). */
function both(bounds: readonly Bound[]): Bound {
  return {
    ranges: complement(merge(bounds.flatMap(({ ranges }) => complement(ranges)))),
    isExact: bounds.every(({ isExact }) => isExact),
  };
}
