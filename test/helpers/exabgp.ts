/** A real ExaBGP, started by hand as its own documentation allows: as root, without its command line pipe. */
import path from 'node:path';
import type { Namespace } from './namespaces.ts';
import { type Started, start } from './processes.ts';

const SETTINGS = ['daemon.drop=false', 'daemon.user=root', 'tcp.bind=', 'api.cli=false', 'log.level=WARNING'];

export function startExabgp(config: string, namespace?: Namespace): Started {
  const [command = '', ...args] = [
    ...(namespace?.enter ?? []),
    ...['env', ...SETTINGS.map((setting) => `exabgp.${setting}`), '/usr/bin/python3', '/usr/sbin/exabgp', config],
  ];
  // ha2bgp's first line asks env(1) for node: it is to be this one.
  const PATH = `${path.dirname(process.execPath)}:${process.env['PATH']}`;
  return start(command, args, { env: { ...process.env, HA2BGP_STATE_DIR: 'none', PATH } });
}
