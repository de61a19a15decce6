/** A route of the API: the address, what may be sent there, and what comes back. From this table come both router and OpenAPI document. PURE. */
import type { Change } from '../model/view.ts';
import type { Fields, ValuesOf } from './field.ts';
import { jsonPieces } from './json-pieces.ts';
import type { Schema } from './schema.ts';

export type Method = 'GET' | 'POST';

export type Answer =
  /** `isOldNews`: of a change that changes nothing. */
  | { readonly type: 'json'; readonly body: unknown; readonly isOldNews?: boolean }
  /** Walked a few milliseconds at a time, as the reader takes it. */
  | {
      readonly type: 'pieces';
      readonly contentType: string;
      readonly pieces: Iterable<string>;
      /** Called when all of it is taken, or nobody takes it any more. */
      readonly over?: () => void;
    }
  | {
      readonly type: 'text';
      readonly contentType: string;
      readonly text: string | Uint8Array;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** 304, RFC 9110 §15.4.5. */
  | { readonly type: 'unchanged'; readonly headers: Readonly<Record<string, string>> }
  /** Server-sent events, until one of both sides ends it. */
  | { readonly type: 'events'; readonly types: ReadonlySet<Change['type']> };

export interface Asked<Path extends Fields, Query extends Fields, Body extends Fields> {
  readonly path: ValuesOf<Path>;
  readonly query: ValuesOf<Query>;
  readonly body: ValuesOf<Body>;
  /** `by`: a user of this host, `token`, a certificate's name; `anybody` for a reader that nobody knows. */
  readonly caller: { readonly by: string; readonly mayChange: boolean };
  /** Of the request, its name in lower case; empty when there is none. */
  header(name: string): string;
}

export interface Route<Path extends Fields = Fields, Query extends Fields = Fields, Body extends Fields = Fields> {
  /** `POST` changes something. */
  readonly method: Method;
  /** `/v1/services/{prefix}`: a field in braces may hold slashes when it is the last part. */
  readonly path: `/${string}`;
  /** For the OpenAPI document. */
  readonly name: string;
  readonly summary: string;
  readonly pathFields: Path;
  readonly query: Query;
  readonly body: Body;
  /** Content type → schema; `undefined` where there is none to say. */
  readonly answers: Readonly<Record<string, Schema | undefined>>;
  /** Says nothing of this daemon, and is answered to anybody: the page's own files. */
  readonly isPublic: boolean;
  /** Throws `ApiProblem`, `OperationError`. */
  readonly act: (asked: Asked<Path, Query, Body>) => Answer | Promise<Answer>;
}

// biome-ignore lint/complexity/noBannedTypes: no fields
type None = {};
type Given<Path extends Fields, Query extends Fields, Body extends Fields> = Omit<
  Route<Path, Query, Body>,
  'pathFields' | 'query' | 'body' | 'isPublic'
> &
  Partial<Pick<Route<Path, Query, Body>, 'pathFields' | 'query' | 'body' | 'isPublic'>>;

export function route<Path extends Fields = None, Query extends Fields = None, Body extends Fields = None>(
  given: Given<Path, Query, Body>,
): Route {
  const whole = { pathFields: {}, query: {}, body: {}, isPublic: false, ...given };
  return whole as unknown as Route;
}

export const json = (body: unknown): Answer => ({ type: 'json', body });
/** Of a map with lists that may be long. */
export const jsonInPieces = (body: object): Answer => ({
  type: 'pieces',
  contentType: 'application/json',
  pieces: jsonPieces(body),
});
/** Of a route that answers JSON. */
export const jsonOf = (schema: Schema): Route['answers'] => ({ 'application/json': schema });
