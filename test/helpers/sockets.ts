/** Real sockets, as many as a test likes, held by one process. */
import { type Family, familyOf, type IpAddress } from '../../src/model/address.ts';
import { type Started, start } from './processes.ts';
import { until } from './until.ts';

/** What a listener is bound to; a mapped address is IPv4 in a socket of the family ipv6. */
interface Bound {
  readonly protocol: string;
  readonly family: Family;
  readonly address: string;
  readonly port: number;
  readonly v6only: boolean;
  readonly device: string;
}

/** Sockets bound so, TCP ones listening, until the process is stopped. SO_REUSEPORT: they may overlap. */
export async function holdSockets(sockets: readonly Bound[], via: readonly string[]): Promise<Started> {
  const [command = '', ...args] = [...via, '/usr/bin/python3', '-c', HOLD];
  const holder = start(command, args);
  const lines = sockets.map(({ address, ...socket }) => ({
    ...socket,
    address: socket.family === 'ipv6' && familyOf(address as IpAddress) === 'ipv4' ? `::ffff:${address}` : address,
  }));
  holder.child.stdin?.end(JSON.stringify(lines));
  await until(`${sockets.length} sockets`, () => {
    if (holder.child.exitCode !== null) throw new Error(holder.stderr());
    return holder.stdout().includes('bound');
  });
  return holder;
}

const HOLD = `
import json, socket, sys, time
held = []
for of in json.load(sys.stdin):
    is_tcp = of['protocol'] == 'tcp'
    is_ipv6 = of['family'] == 'ipv6'
    s = socket.socket(socket.AF_INET6 if is_ipv6 else socket.AF_INET, socket.SOCK_STREAM if is_tcp else socket.SOCK_DGRAM)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    if is_ipv6: s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, int(of['v6only']))
    if of['device']: s.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, of['device'].encode())
    s.bind((of['address'], of['port']))
    if is_tcp: s.listen()
    held.append(s)
print('bound', flush=True)
time.sleep(600)
`;
