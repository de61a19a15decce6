/** Filters in few words, for tests. */
import type { Family, IpAddress } from '../../src/model/address.ts';
import type { Port } from '../../src/model/facts.ts';
import type {
  Comparison,
  DeviceCondition,
  HostCondition,
  ListenFilter,
  Network,
  PortCondition,
} from '../../src/model/listen-filter.ts';

type AnyPort = number | 'any';
const portCondition =
  (type: PortCondition['type']) =>
  (port: AnyPort, comparison: Comparison = '='): PortCondition => ({
    type,
    family: 'any',
    comparison,
    port: port as Port,
  });
const hostCondition =
  (type: HostCondition['type']) =>
  (of: Network | 'any', port: AnyPort = 'any'): HostCondition => ({
    type,
    family: 'any',
    network: of,
    port: port as Port,
  });

export const sport = portCondition('sport');
export const dport = portCondition('dport');
export const src = hostCondition('src');
export const dst = hostCondition('dst');
export const dev = (device: string, comparison: '=' | '!=' = '='): DeviceCondition => ({
  type: 'dev',
  comparison,
  device,
});
export const network = (family: Family, address: string, length: number): Network => ({
  family,
  address: address as IpAddress,
  length,
});
export const inet = <T extends PortCondition | HostCondition>(condition: T): T => ({ ...condition, family: 'ipv4' });
export const inet6 = <T extends PortCondition | HostCondition>(condition: T): T => ({ ...condition, family: 'ipv6' });
export const not = (filter: ListenFilter): ListenFilter => ({ type: 'not', filter });
export const and = (...filters: ListenFilter[]): ListenFilter => ({ type: 'and', filters });
export const or = (...filters: ListenFilter[]): ListenFilter => ({ type: 'or', filters });
