/** Seeds that are kept in the repository: `npm test` plays them, and `npm run fuzz` begins with them. */
import fs from 'node:fs';
import path from 'node:path';
import { parseSeeds, type Seed, seedLine } from './seed.ts';

const FOLDER = path.join('test', 'fixtures', 'bgp-seeds');
/** Written by `npm run fuzz -- --keep`; the other files by hand. */
const FOUND = 'found.txt';

/** The files, by their names. Throws when there is none. */
export function keptSeeds(root: string): ReadonlyMap<string, readonly Seed[]> {
  const folder = path.join(root, FOLDER);
  const names = fs.readdirSync(folder).sort();
  if (names.length === 0) throw new Error(`${folder}: no seeds`);
  return new Map(names.map((name) => [name, parseSeeds(fs.readFileSync(path.join(folder, name), 'utf8'))]));
}

/** The file that they were added to. */
export function keepSeeds(root: string, seeds: readonly Seed[]): string {
  const name = path.join(FOLDER, FOUND);
  fs.appendFileSync(path.join(root, name), seeds.map((seed) => `${seedLine(seed)}\n`).join(''));
  return name;
}
