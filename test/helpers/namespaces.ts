/** Network namespaces, made and removed by a test (ip-netns(8)). Needs root. */
import { run } from './processes.ts';

export interface Namespace {
  readonly name: string;
  /** The words that run a command inside: `nsenter` leaves /sys alone, which `ip netns exec` would mount anew. */
  readonly enter: readonly string[];
  /** `ip …` inside. */
  ip(...words: string[]): Promise<string>;
  remove(): Promise<void>;
}

/** A namespace of that name with its loopback device up. The name carries our pid, so that tests don't meet. */
export async function addNamespace(role: string): Promise<Namespace> {
  const name = `ha2bgp-${process.pid}-${role}`;
  await run('ip', ['netns', 'add', name]);
  const enter = ['nsenter', `--net=/run/netns/${name}`];
  const ip = (...words: string[]): Promise<string> => run('nsenter', [...enter.slice(1), 'ip', ...words]);
  await ip('link', 'set', 'lo', 'up');
  return { name, enter, ip, remove: async () => void (await run('ip', ['netns', 'delete', name])) };
}

/** A cable between two namespaces. Addresses are ready at once, without duplicate address detection. */
export async function connect(
  one: { namespace: Namespace; device: string; addresses: readonly string[] },
  other: { namespace: Namespace; device: string; addresses: readonly string[] },
): Promise<void> {
  await one.namespace.ip(
    ...['link', 'add', one.device, 'type', 'veth'],
    ...['peer', 'name', other.device, 'netns', other.namespace.name],
  );
  for (const { namespace, device, addresses } of [one, other]) {
    for (const address of addresses) {
      await namespace.ip('address', 'add', address, 'dev', device, ...(address.includes(':') ? ['nodad'] : []));
    }
    await namespace.ip('link', 'set', device, 'up');
  }
}
