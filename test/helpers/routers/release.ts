/**
 * Which release of a router: the one that Debian 12 has, or one of a newer suite that scripts/peers.js unpacked. The latter's
 * programs find themselves, and their libraries, where they expect them: in a /usr of their own.
 */
import path from 'node:path';
import { NEWER_ROUTERS, ROUTERS } from '../../../scripts/peers.js';

export interface Release {
  /** What its version begins with. */
  readonly version: string;
  /** The words that run a command of that release. Its process is the command itself. */
  readonly via: readonly string[];
}

export const installed = (version: string): Release => ({ version, via: [] });

/** A mount in a namespace of `unshare`'s is seen nowhere else, and goes with the last process in it. */
export function newer(name: keyof typeof NEWER_ROUTERS): Release {
  const mount = `mount --bind '${path.join(ROUTERS, name, 'usr')}' /usr && exec "$0" "$@"`;
  return { version: NEWER_ROUTERS[name].version, via: ['unshare', '--mount', 'sh', '-c', mount] };
}
