/** A real BIRD, and what it says of its routes in its own words. */
import fs from 'node:fs';
import path from 'node:path';
import type { Namespace } from './namespaces.ts';
import { run, type Started, start } from './processes.ts';

export interface Bird extends Started {
  /** What `birdc` prints. */
  ask(...words: string[]): Promise<string>;
  /** All routes with what BIRD knows of each, as in `BGP.med` → `5`. Several of one prefix stand one after the other. */
  routes(): Promise<readonly BirdRoute[]>;
}

export interface BirdRoute {
  readonly prefix: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** `place`: a directory for its files, which has to outlive it. */
export function startBird(namespace: Namespace, place: string, name: string, config: string): Bird {
  const [file, control] = ['conf', 'ctl'].map((kind) => path.join(place, `${name}.${kind}`)) as [string, string];
  fs.writeFileSync(file, config);
  const [command = '', ...args] = [...namespace.enter, 'bird', '-f', '-c', file, '-s', control];
  const ask = (...words: string[]): Promise<string> => run('birdc', ['-s', control, ...words]);
  return {
    ...start(command, args),
    ask,
    routes: async () => parseRoutes(await ask('show', 'route', 'all')),
  };
}

/** What `show route all` prints. */
export function parseRoutes(text: string): BirdRoute[] {
  const routes: { prefix: string; attributes: Record<string, string> }[] = [];
  // A long list goes on in lines of their own.
  for (const line of text.replaceAll('\n\t\t', ' ').split('\n')) {
    const [, prefix, isMore] = /^(\S+\/\d+)? +((?:unicast|unreachable|blackhole)\b.*)$/.exec(line) ?? [];
    if (isMore !== undefined) routes.push({ prefix: prefix ?? routes.at(-1)?.prefix ?? '', attributes: {} });
    const [, name, value = ''] = /^\t([\w.]+): ?(.*)$/.exec(line) ?? [];
    const last = routes.at(-1);
    if (name !== undefined && last !== undefined) last.attributes[inBird2(name)] = value;
  }
  return routes;
}

/** BIRD 3 has the words of its filters: `bgp_med`, `bgp_path`. */
const inBird2 = (name: string): string => name.replace(/^bgp_path$/, 'BGP.as_path').replace(/^bgp_/, 'BGP.');
