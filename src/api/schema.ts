/** JSON Schema (draft 2020-12, which OpenAPI 3.1 takes), so far as the API uses it. PURE. */
export type Schema = { readonly [key: string]: unknown };

export const STRING: Schema = { type: 'string' };
export const NUMBER: Schema = { type: 'number' };
export const COUNT: Schema = { type: 'integer', minimum: 0 };
export const BOOLEAN: Schema = { type: 'boolean' };

export const listOf = (items: Schema): Schema => ({ type: 'array', items });
export const oneOf = (...words: readonly string[]): Schema => ({ type: 'string', enum: words });
export const ref = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` });

type IsOptional<T, K extends keyof T> = undefined extends T[K] ? true : false;
/** Of a key that may be left out: the schema and a `?`. */
interface LeftOut {
  readonly isLeftOut: true;
  readonly schema: Schema;
}
export const maybe = (schema: Schema): LeftOut => ({ isLeftOut: true, schema });

type Properties<T> = { readonly [K in keyof T]-?: IsOptional<T, K> extends true ? LeftOut : Schema };

/** The compiler wants each key of the type, and its question mark. */
export function objectOf<T>(properties: Properties<T>, description?: string): Schema {
  const entries = Object.entries(properties) as [string, Schema | LeftOut][];
  const isLeftOut = (of: Schema | LeftOut): of is LeftOut => 'isLeftOut' in of;
  return {
    type: 'object',
    ...(description !== undefined && { description }),
    properties: Object.fromEntries(entries.map(([key, of]) => [key, isLeftOut(of) ? of.schema : of])),
    required: entries.flatMap(([key, of]) => (isLeftOut(of) ? [] : [key])),
    additionalProperties: false,
  };
}
