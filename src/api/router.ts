/**
 * Which route an address means. The only file that knows the `hono` package; loaded with the first request.
 *
 * Hono's router finds the route and its fields. What is read and written is Node's own: its limits, and how much a reader
 * has not taken yet, are only to be had there.
 */
import { PatternRouter } from 'hono/router/pattern-router';
import { decode } from './door.ts';
import { ApiProblem } from './problem.ts';
import type { Route } from './route.ts';

export interface Found {
  readonly route: Route;
  /** Decoded. */
  readonly path: ReadonlyMap<string, string>;
}

/** `path` is still encoded. Throws `ApiProblem` 404, or 405 where another method would do. */
export type Router = (method: string, path: string) => Found;

export function createRouter(routes: readonly Route[]): Router {
  const router = new PatternRouter<Route>();
  for (const route of routes) router.add(route.method, patternOf(route.path), route);
  const methods = [...new Set(routes.map(({ method }) => method))];
  /** The route of most words before one whose fields would take the same. */
  const find = (method: string, path: string): Found | undefined => {
    const [found] = router.match(method, path)[0] as [Route, Record<string, string>][];
    if (found === undefined) return undefined;
    const [route, fields] = found;
    return { route, path: new Map(Object.entries(fields).map(([name, text]) => [name, decode(text) ?? text])) };
  };
  return (method, path) => {
    // Hono passes over a slash at the end.
    const isNone = path.length > 1 && path.endsWith('/');
    const found = isNone ? undefined : find(method === 'HEAD' ? 'GET' : method, path);
    if (found !== undefined) return found;
    const others = methods.filter((each) => !isNone && find(each, path) !== undefined);
    if (others.length === 0)
      throw new ApiProblem(404, 'There is nothing at this address; /v1/openapi.json says what is.');
    const allowed = others.flatMap((each) => (each === 'GET' ? ['GET', 'HEAD'] : [each])).join(', ');
    throw new ApiProblem(405, `This address takes ${allowed}.`, { headers: { Allow: allowed } });
  };
}

/** `/v1/services/{prefix}` → `/v1/services/:prefix{.+}`: what stands last may have slashes in it. */
const patternOf = (path: string): string => path.replace(/\{(\w+)\}$/, ':$1{.+}').replaceAll(/\{(\w+)\}(?=\/)/g, ':$1');
