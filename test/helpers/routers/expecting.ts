/** Waiting for what a router tells, in its own words. */
import { isDeepStrictEqual } from 'node:util';
import type { Daemon } from '../daemon.ts';
import type { Router } from '../router.ts';
import { until } from '../until.ts';
import type { RouterRoute } from './kind.ts';

/** Long enough for GoBGP, which takes no session for 30 s after one went down. */
const DEADLINE_MS = 90_000;

/** A link-local next hop may come besides, which not every router shows. */
export const withoutLinkLocal = (routes: readonly RouterRoute[]): RouterRoute[] =>
  routes.map((route) => ({ ...route, nextHops: route.nextHops.filter((hop) => !hop.startsWith('fe80:')) }));

/** What else an error should tell; throws when there is nothing to wait for any more. */
type More = () => string;

export const logOf =
  (daemon: () => Daemon | undefined): More =>
  () => {
    const { child, stderr } = daemon() ?? {};
    if (child !== undefined && child.exitCode !== null)
      throw new Error(`ha2bgp ended with ${child.exitCode}: ${stderr?.()}`);
    return stderr?.() ?? '';
  };

/** Waits until the router has exactly these, sorted by prefix. */
export async function hasRoutes(router: Router, routes: readonly RouterRoute[], more: More = () => ''): Promise<void> {
  let seen: readonly RouterRoute[] = [];
  await until(
    () =>
      `${router.kind} has\n${lines(routes)}\nand not\n${lines(seen)}\n---- it says\n${router.said()}\n---- ${more()}`,
    async () => {
      more();
      seen = withoutLinkLocal(await router.routes());
      return isDeepStrictEqual(seen, routes);
    },
    DEADLINE_MS,
  );
}

const lines = (routes: readonly RouterRoute[]): string => routes.map((route) => JSON.stringify(route)).join('\n');

/** Waits for a session with that neighbor, the first unless it is named. */
export async function hasSession(router: Router, address?: string, more: More = () => ''): Promise<void> {
  await until(
    () => `a session of ${router.kind} with ${address ?? 'its neighbor'}\n${router.said()}\n---- ${more()}`,
    async () => {
      more();
      return (await router.session(address)).isEstablished;
    },
    DEADLINE_MS,
  );
}

export async function hasNoSession(router: Router, address?: string): Promise<void> {
  await until(
    () => `no session of ${router.kind} with ${address ?? 'its neighbor'}\n${router.said()}`,
    async () => !(await router.session(address)).isEstablished,
    DEADLINE_MS,
  );
}
