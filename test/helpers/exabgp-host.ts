/**
 * A host with a BIRD and a place for ExaBGP's configuration: iBGP between two loopback addresses, in a namespace of its own.
 * BIRD says since when it has a route: one that was withdrawn and announced again, or announced with other words, has a
 * later time.
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect } from 'vitest';
import { type Bird, startBird } from './bird.ts';
import { bin } from './daemon.ts';
import { type ExabgpRelease, startExabgp } from './exabgp.ts';
import { addNamespace, type Namespace } from './namespaces.ts';
import { childrenOf, type Started } from './processes.ts';
import { until } from './until.ts';

/** Seconds; a session that is left alone for so long ends. */
const HOLD_TIME = 9;
export const STATIC = '198.51.100.0/24';

const birdConfig = (index: number): string => `
router id 127.0.${index}.1;
timeformat route "%F %T.%6f";
protocol device { }
protocol bgp exabgp {
  local 127.0.${index}.1 as 65000; neighbor 127.0.1.2 as 65000;
  strict bind on; passive on; multihop; hold time ${HOLD_TIME}; ipv4 { import all; export none; };
}
`;

export interface Configured {
  /** Name → words of ha2bgp. */
  readonly processes: Readonly<Record<string, string>>;
  /** How many neighbors; 1 when left out. */
  readonly neighbors?: number;
}

export interface ExabgpHost {
  readonly namespace: Namespace;
  readonly place: string;
  /** The one of the first neighbor; more are started by `addBird`. */
  readonly bird: Bird;
  /** Starts the BIRD of neighbor `index`, counted from 1. */
  addBird(index: number): Promise<Bird>;
  /** Writes exabgp.conf, with a static route besides, and returns its place. */
  configure(of: Configured): string;
  start(file: string, settings?: readonly string[]): Started;
  /** ha2bgp's processes under it. */
  daemons(exabgp: Started): number[];
  close(): Promise<void>;
}

export async function addExabgpHost(name: string, release: ExabgpRelease): Promise<ExabgpHost> {
  const place = fs.mkdtempSync(path.join(os.tmpdir(), 'ha2bgp-'));
  const namespace = await addNamespace(name);
  const addBird = async (index: number): Promise<Bird> => {
    const bird = startBird(namespace, place, `bird${index}`, birdConfig(index));
    const isUp = (): Promise<boolean> => bird.ask('show', 'status').then(Boolean, () => false);
    await until('BIRD', isUp);
    return bird;
  };
  return {
    namespace,
    place,
    bird: await addBird(1),
    addBird,
    configure({ processes, neighbors = 1 }) {
      const names = Object.keys(processes).join(' ');
      const programs = Object.entries(processes).map(
        ([each, words]) => `process ${each} { run ${bin} ${words}; encoder text; }\n`,
      );
      const sessions = Array.from({ length: neighbors }, (_, index) => neighbor(index + 1, names));
      const file = path.join(place, 'exabgp.conf');
      fs.writeFileSync(file, [...programs, ...sessions].join(''));
      return file;
    },
    start: (file, settings = []) =>
      startExabgp(file, {
        ...{ namespace, release, settings },
        environment: { HA2BGP_STATE_DIR: path.join(place, 'state') },
      }),
    daemons: (exabgp) => childrenOf(exabgp.pid),
    async close() {
      await namespace.remove();
      fs.rmSync(place, { recursive: true, force: true });
    },
  };
}

const neighbor = (index: number, processes: string): string => `
neighbor 127.0.${index}.1 {
  router-id 127.0.1.2; local-address 127.0.1.2; local-as 65000; peer-as 65000; hold-time ${HOLD_TIME};
  family { ipv4 unicast; }
  static { route ${STATIC} next-hop 192.0.2.9; }
  api { processes [ ${processes} ]; neighbor-changes; }
}
`;

/** Prefix → since when BIRD has it, in milliseconds. */
export async function routesOf(bird: Bird): Promise<Map<string, number>> {
  const text = await bird.ask('show', 'route');
  const found = text.matchAll(/^(\S+\/\d+) .*?\[\S+ ([\d-]+) ([\d:.]+)/gm);
  return new Map([...found].map(([, prefix = '', day, time]) => [prefix, Date.parse(`${day}T${time}Z`)]));
}

/** Those of ha2bgp, sorted. */
export const oursOf = async (bird: Bird): Promise<string[]> =>
  [...(await routesOf(bird)).keys()].filter((prefix) => prefix !== STATIC).sort();

/** BIRD works its times out anew each time it is asked, to some microseconds. */
export async function expectUnmoved(bird: Bird, before: ReadonlyMap<string, number>): Promise<void> {
  const after = await routesOf(bird);
  expect([...after.keys()].sort()).toEqual([...before.keys()].sort());
  for (const [prefix, since] of before) {
    expect(Math.abs((after.get(prefix) ?? Number.NaN) - since), prefix).toBeLessThan(20);
  }
}
