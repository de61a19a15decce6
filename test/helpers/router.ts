/**
 * A real router beside ha2bgp's speaker: BIRD, FRR, GoBGP, OpenBGPD, or ExaBGP as one that only listens. Each runs the file
 * of contrib/ that a user would start from, and is asked through its own command line, so that what it answers owes nothing
 * to our code.
 */
import fs from 'node:fs';
import path from 'node:path';
import { childrenOf, isAlive, start } from './processes.ts';
import { bird } from './routers/bird.ts';
import { exabgp } from './routers/exabgp.ts';
import { frr } from './routers/frr.ts';
import { gobgp } from './routers/gobgp.ts';
import type {
  RouterFiles,
  RouterKind,
  RouterNeighbor,
  RouterOptions,
  RouterProgram,
  RouterRoute,
  Session,
} from './routers/kind.ts';
import { openbgpd } from './routers/openbgpd.ts';
import { installed, newer } from './routers/release.ts';
import { until } from './until.ts';

/** What Debian 12 has. */
const INSTALLED = {
  bird: bird(installed('2.0.')),
  frr: frr(installed('8.4')),
  gobgp: gobgp(installed('3.10')),
  openbgpd: openbgpd(installed('7.7')),
  exabgp,
} satisfies Record<string, RouterKind>;
const KINDS = {
  ...INSTALLED,
  'bird-2.17': bird(newer('bird-2.17')),
  'bird-3': bird(newer('bird-3')),
  'frr-10': frr(newer('frr-10')),
  'gobgp-4': gobgp(newer('gobgp-4')),
  'openbgpd-8': openbgpd(newer('openbgpd-8')),
} satisfies Record<string, RouterKind>;
export type RouterName = keyof typeof KINDS;
export const ROUTER_NAMES = Object.keys(KINDS) as RouterName[];
/** One release of each: for what takes long, and is the kernel's doing, or our own. */
export const INSTALLED_ROUTERS = Object.keys(INSTALLED) as (keyof typeof INSTALLED)[];
export const programOf = (kind: RouterName): RouterProgram => KINDS[kind].program;

/** The version that it begins with by what we take it for, and what it says itself. */
export async function versionsOf(kind: RouterName): Promise<{ readonly expected: string; readonly said: string }> {
  const { release, tellsVersion }: RouterKind = KINDS[kind];
  const [command = '', ...args] = [...release.via, ...tellsVersion];
  const asked = start(command, args);
  await asked.ended;
  return { expected: release.version, said: asked.stdout() + asked.stderr() };
}

export interface Router {
  readonly kind: RouterName;
  readonly program: RouterProgram;
  /** Of the neighbor with that address. Default: of the first. */
  session(address?: string): Promise<Session>;
  /** Those that came from neighbors, sorted by prefix and next hops. */
  routes(): Promise<RouterRoute[]>;
  refresh(address?: string): Promise<void>;
  /** SIGKILL: without a word to its neighbors. */
  restart(signal?: NodeJS.Signals): Promise<void>;
  stop(signal?: NodeJS.Signals): Promise<void>;
  /** Sends the signal to all its processes: SIGSTOP, SIGCONT. */
  signal(signal: NodeJS.Signals): void;
  /** What it said on stdout and stderr since it was started last. */
  said(): string;
}

export async function startRouter(kind: RouterName, options: RouterOptions): Promise<Router> {
  const { place, name = kind } = options;
  const definition: RouterKind = KINDS[kind];
  const file = (suffix: string): string => path.join(place, `${name}.${suffix}`);
  const files: RouterFiles = { config: file('conf'), file };
  fs.writeFileSync(files.config, definition.configure(options, files), { mode: 0o600 });
  let run = await definition.launch(options, files);

  const neighbor = (address?: string): RouterNeighbor => {
    const found = options.neighbors.find((each) => address === undefined || each.address === address);
    if (found === undefined) throw new Error(`${kind} has no neighbor ${address}`);
    return found;
  };
  const pids = (): number[] => run.processes.map(({ pid }) => pid).flatMap(descendants);
  const stop = async (signal: NodeJS.Signals = 'SIGTERM'): Promise<void> => {
    const all = pids();
    await Promise.all(run.processes.map((process) => process.stop(signal)));
    await until(`the processes of ${kind} gone`, () => !all.some(isAlive));
    await run.cleanUp?.();
  };
  return {
    kind,
    program: definition.program,
    session: (address) => run.session(neighbor(address)),
    routes: async () =>
      (await run.routes())
        .map((route) => withoutDefaults(route, options))
        .sort((one, other) => (orderOf(one) < orderOf(other) ? -1 : 1)),
    refresh: (address) => run.refresh(neighbor(address)),
    restart: async (signal) => {
      await stop(signal);
      run = await definition.launch(options, files);
    },
    stop,
    signal: (signal) => {
      for (const pid of pids()) process.kill(pid, signal);
    },
    said: () => run.processes.map(({ stdout, stderr }) => stdout() + stderr()).join(''),
  };
}

const orderOf = ({ prefix, nextHops }: RouterRoute): string => `${prefix} ${nextHops.join(' ')}`;

/** With those that they started in their turn. */
const descendants = (pid: number): number[] => (isAlive(pid) ? [pid, ...childrenOf(pid).flatMap(descendants)] : []);

function withoutDefaults(route: RouterRoute, { as, neighbors }: RouterOptions): RouterRoute {
  const { localPreference, communities, largeCommunities, extendedCommunities, ...rest } = route;
  // LOCAL_PREF is no part of eBGP (RFC 4271 §5.1.5): what is shown there is the router's own.
  const isInternal = neighbors.some((neighbor) => neighbor.as === as);
  return {
    ...rest,
    ...(isInternal && localPreference !== undefined ? { localPreference } : {}),
    communities: communities.toSorted(),
    largeCommunities: largeCommunities.toSorted(),
    extendedCommunities: extendedCommunities.toSorted(),
  };
}
