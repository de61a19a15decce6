/** A network namespace that a daemon looks at, and processes in it whose sockets a test opens and closes one by one. */
import { type Daemon, startDaemon } from './daemon.ts';
import { addNamespace, connect, type Namespace } from './namespaces.ts';
import { start } from './processes.ts';
import { until } from './until.ts';

export const NETWORKS = ['-n', '10.0.0.0/8', '-n', '2001:db8::/32', '-t', '2001:db8:ffff::1'];
/** Whatever the kernel shows is said at once. */
export const AT_ONCE = ['--announce-delay', '0', '--withdraw-delay', '0', '--bgp-backend', 'test'];
export const QUICK = [...AT_ONCE, '--interval', '50ms'];

/** Resolves when the daemon has its first facts. */
export async function startInside(
  host: Namespace,
  args: readonly string[],
  via: readonly string[] = [],
): Promise<Daemon> {
  const daemon = startDaemon(args, {}, [...host.enter, ...via]);
  await daemon.logged('first facts read');
  return daemon;
}

export interface SocketOptions {
  readonly protocol?: 'tcp' | 'udp';
  readonly v6only?: boolean;
  readonly reusePort?: boolean;
  readonly device?: string;
  readonly backlog?: number;
  /** IP_FREEBIND, IPV6_FREEBIND: also to an address that is not there. */
  readonly freeBind?: boolean;
}

export interface SocketHolder {
  readonly pid: number;
  /** Opens a socket that waits for whoever comes at `10.0.1.1:80` or `[::]:80`. It is known by that text, or by `name`. */
  open(endpoint: string, options?: SocketOptions, name?: string): Promise<void>;
  /** connect(2) on an open UDP socket. */
  connect(name: string, endpoint: string): Promise<void>;
  close(name: string): Promise<void>;
  stop(signal?: NodeJS.Signals): Promise<unknown>;
}

/** `via`: words that run a command otherwise, as another user for instance. */
export async function holdOneByOne(host: Namespace, via: readonly string[] = []): Promise<SocketHolder> {
  const [command = '', ...args] = [...host.enter, ...via, '/usr/bin/python3', '-c', HOLD];
  const holder = start(command, args);
  let asked = 0;
  const ask = async (of: object): Promise<void> => {
    asked += 1;
    const wanted = asked;
    holder.child.stdin?.write(`${JSON.stringify(of)}\n`);
    await until(JSON.stringify(of), () => {
      if (holder.child.exitCode !== null) throw new Error(holder.stderr());
      return holder.stdout().length >= wanted;
    });
  };
  return {
    pid: holder.pid,
    open: (endpoint, options = {}, name = endpoint) => ask({ act: 'open', name, ...split(endpoint), ...options }),
    connect: (name, endpoint) => ask({ act: 'connect', name, ...split(endpoint) }),
    close: (name) => ask({ act: 'close', name }),
    stop: (signal) => holder.stop(signal),
  };
}

export interface LinkedHost {
  readonly host: Namespace;
  /** At the other end of the link: 10.0.0.2. */
  readonly other: Namespace;
  /** On `host`. */
  readonly service: SocketHolder;
  remove(): Promise<void>;
}

/** A host with `addresses` on its device near0, besides 10.0.0.1/24, and another one at the other end, far0. */
export async function addLinkedHost(name: string, addresses: readonly string[]): Promise<LinkedHost> {
  const host = await addNamespace(name);
  const other = await addNamespace('far');
  const remove = async (): Promise<void> => {
    await host.remove();
    await other.remove();
  };
  try {
    await connect(
      { namespace: host, device: 'near0', addresses: ['10.0.0.1/24', ...addresses] },
      { namespace: other, device: 'far0', addresses: ['10.0.0.2/24'] },
    );
    return { host, other, service: await holdOneByOne(host), remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

function split(endpoint: string): { address: string; port: number } {
  const [, address = '', port] = /^\[?(.*?)\]?:(\d+)$/.exec(endpoint) ?? [];
  return { address, port: Number(port) };
}

/** One request a line; a dot for each that was carried out. */
const HOLD = `
import json, socket, sys
held = {}
def open_socket(of):
    is_ipv6 = ':' in of['address']
    is_tcp = of.get('protocol', 'tcp') == 'tcp'
    s = socket.socket(socket.AF_INET6 if is_ipv6 else socket.AF_INET, socket.SOCK_STREAM if is_tcp else socket.SOCK_DGRAM)
    if is_tcp: s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if of.get('reusePort'): s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    if is_ipv6: s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, int(of.get('v6only', False)))
    if of.get('device'): s.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, of['device'].encode())
    if of.get('freeBind'): s.setsockopt(*((socket.IPPROTO_IPV6, 78) if is_ipv6 else (socket.IPPROTO_IP, 15)), 1)
    s.bind((of['address'], of['port']))
    if is_tcp: s.listen(of.get('backlog', 16))
    held[of['name']] = s
for line in sys.stdin:
    of = json.loads(line)
    if of['act'] == 'open': open_socket(of)
    elif of['act'] == 'connect': held[of['name']].connect((of['address'], of['port']))
    else: held.pop(of['name']).close()
    sys.stdout.write('.'); sys.stdout.flush()
`;
