/**
 * The core's whole state, taken in parts and restored from them, PURE. What it is restored to behaves, from the next event
 * on, as the one that it was taken from would have.
 *
 * Nothing is listed here: every field of the state is taken, whatever it is, except those that come from the settings. A
 * new field is in the snapshot because it is there, and one that is no plain data cannot be taken at all.
 */
import { decoder, encoder, list, objectsIn, pairs } from '../model/plain-data.ts';
import type { Policy } from '../model/policy.ts';
import { isPrefixIndex, type PrefixIndex } from '../model/prefix-index.ts';
import type { SnapshotPart } from '../model/recording.ts';
import { type DaemonState, initialState } from './state.ts';

/** Made from the policy when the state is. */
const FROM_SETTINGS: ReadonlySet<string> = new Set<keyof DaemonState>(['policy', 'networks']);
/** So many entries make a part: about a millisecond. */
const ENTRIES_AT_ONCE = 200;

/** The state must not change between the first part and the last. */
export function* takeSnapshot(state: DaemonState): Generator<SnapshotPart> {
  const encode = encoder(objectsIn(state.policy));
  for (const [field, value] of fieldsOf(state)) {
    const kind = kindOf(value);
    if (kind === 'value') {
      yield { snapshot: field, kind, of: [encode(value)] };
      continue;
    }
    let of: unknown[] = [];
    for (const entry of entriesOf(value as Table)) {
      of.push(kind === 'set' ? encode(entry) : (entry as readonly [unknown, unknown]).map(encode));
      if (of.length < ENTRIES_AT_ONCE) continue;
      yield { snapshot: field, kind, of };
      of = [];
    }
    yield { snapshot: field, kind, of };
  }
}

/**
 * Throws `TypeError` when the parts are not those of such a state: damaged, or written by a version whose core remembers
 * other things.
 */
export function restoreSnapshot(policy: Policy, parts: Iterable<SnapshotPart>): DaemonState {
  const state = initialState(policy);
  const places = new Map(fieldsOf(state));
  const seen = new Set<string>();
  const decode = decoder(objectsIn(policy));
  for (const { snapshot: field, kind, of } of parts) {
    const value = places.get(field);
    if (!places.has(field) || kindOf(value) !== kind) {
      throw new TypeError(`the core remembers no "${field}" of that kind`);
    }
    if (!seen.has(field) && isTable(value)) clear(value);
    seen.add(field);
    if (!isTable(value)) put(state, field, decode(list(of)[0]));
    else if (value instanceof Set) for (const entry of list(of)) value.add(decode(entry));
    else for (const [key, entry] of pairs(of)) (value as Map<unknown, unknown>).set(decode(key), decode(entry));
  }
  for (const field of places.keys()) if (!seen.has(field)) throw new TypeError(`"${field}" is missing`);
  return state;
}

type Table = Map<unknown, unknown> | Set<unknown> | PrefixIndex<unknown>;

const isTable = (value: unknown): value is Table =>
  value instanceof Map || value instanceof Set || (typeof value === 'object' && value !== null && isPrefixIndex(value));

function kindOf(value: unknown): SnapshotPart['kind'] {
  if (!isTable(value)) return 'value';
  if (value instanceof Map) return 'map';
  return value instanceof Set ? 'set' : 'prefixes';
}

const entriesOf = (table: Table): Iterable<unknown> => (table instanceof Set ? table : table.entries());

function clear(table: Table): void {
  if (isPrefixIndex(table)) for (const prefix of [...table.keys()]) table.delete(prefix);
  else table.clear();
}

/** The rooms of the state's own: what they hold is a field each, as in `facts.listeners`. */
const ROOMS = [
  'facts',
  'dampening',
  'overrides',
  'desired',
  'schedule',
  'sweep',
  'standings',
] as const satisfies readonly (keyof DaemonState)[];

function* fieldsOf(state: DaemonState): Generator<readonly [string, unknown]> {
  for (const [name, value] of Object.entries(state)) {
    if (FROM_SETTINGS.has(name)) continue;
    if (!ROOMS.some((room) => room === name)) yield [name, value];
    else for (const [inner, each] of Object.entries(value)) yield [`${name}.${inner}`, each];
  }
}

function put(state: DaemonState, field: string, value: unknown): void {
  const [name = '', inner] = field.split('.');
  const home = inner === undefined ? state : (state as unknown as Record<string, object>)[name];
  (home as Record<string, unknown>)[inner ?? name] = value;
}
