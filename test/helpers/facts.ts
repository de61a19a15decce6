/** Facts as a test wants them, with everything that it doesn't care about as it mostly is. */
import { familyOf, type IpAddress, type Prefix } from '../../src/model/address.ts';
import type { AssignedAddress, Device, Listener, LocalRoute, Port } from '../../src/model/facts.ts';

export const device = (name: string, of: Partial<Device> = {}): Device => ({
  name,
  up: true,
  carrier: true,
  kind: name === 'lo' ? 'loopback' : 'other',
  vrf: '',
  isPort: false,
  takesUnbound: [],
  ...of,
});

export const listener = (address: string, port: number, of: Partial<Listener> = {}): Listener => ({
  protocol: 'tcp',
  family: familyOf(address as IpAddress),
  address: address as IpAddress,
  port: port as Port,
  v6only: false,
  device: '',
  queueFull: false,
  ...of,
});

export const assigned = (address: string, of: Partial<AssignedAddress> = {}): AssignedAddress => ({
  origin: 'assigned',
  address: address as IpAddress,
  length: address.includes(':') ? 128 : 32,
  device: 'lo',
  label: of.device ?? 'lo',
  state: 'usable',
  ...of,
});

export const localRoute = (prefix: string, of: Partial<LocalRoute> = {}): LocalRoute => ({
  origin: 'local-route',
  prefix: prefix as Prefix,
  device: 'lo',
  vrf: '',
  by: 'kernel',
  ...of,
});
