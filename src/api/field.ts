/**
 * The fields of a request: what may stand in its path, its query and its body. All that is wrong is told together, and what
 * is unknown is wrong. PURE.
 */
import { nearest } from '../config/nearest.ts';
import { quote, visible } from '../config/quote.ts';
import type { PartProblem } from './problem.ts';
import type { Schema } from './schema.ts';

export type Parsed<T> = { readonly value: T } | { readonly expected: string };

export interface Field<T, Needed extends boolean = boolean> {
  readonly help: string;
  /** For the OpenAPI document; what is taken is what `parse` takes. */
  readonly schema: Schema;
  readonly isNeeded: Needed;
  readonly parse: (given: string) => Parsed<T>;
}

export type Fields = Readonly<Record<string, Field<unknown>>>;
export type ValuesOf<F extends Fields> = {
  readonly [K in keyof F]: F[K] extends Field<infer T, infer N> ? (true extends N ? T : T | undefined) : never;
};

export const needed = <T>(of: Omit<Field<T>, 'isNeeded'>): Field<T, true> => ({ ...of, isNeeded: true });
/** Left out it is `undefined`, which no given value is. */
export const optional = <T>(of: Omit<Field<T>, 'isNeeded'>): Field<T, false> & Field<T | undefined> =>
  ({ ...of, isNeeded: false }) as Field<T, false> & Field<T | undefined>;

type Read<F extends Fields> = { readonly values: ValuesOf<F> } | { readonly problems: readonly PartProblem[] };

/** `where`: `body`, `query` or `path`. Keys of `given` that are no fields are problems. */
export function readFields<F extends Fields>(fields: F, given: ReadonlyMap<string, unknown>, where: string): Read<F> {
  const problems: PartProblem[] = [];
  const values: Record<string, unknown> = {};
  for (const key of given.keys()) {
    if (Object.hasOwn(fields, key)) continue;
    problems.push({
      place: `${where}.${visible(key)}`,
      text: `${quote(key)}: ${expectedKey(key, Object.keys(fields))}`,
    });
  }
  for (const [key, field] of Object.entries(fields)) {
    const place = `${where}.${key}`;
    const value = given.get(key);
    if (value === undefined) {
      if (field.isNeeded) problems.push({ place, text: `is needed: ${field.help}` });
      continue;
    }
    if (typeof value !== 'string') {
      problems.push({ place, text: `expected a text: ${field.help}` });
      continue;
    }
    const parsed = field.parse(value);
    if ('value' in parsed) values[key] = parsed.value;
    else problems.push({ place, text: `${quote(value)}: expected ${parsed.expected}` });
  }
  return problems.length > 0 ? { problems } : { values: values as ValuesOf<F> };
}

function expectedKey(key: string, known: readonly string[]): string {
  if (known.length === 0) return 'nothing is expected here';
  const near = nearest(key, known);
  return near === undefined ? `expected one of ${known.join(', ')}` : `unknown; did you mean ${near}?`;
}
