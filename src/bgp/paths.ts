/**
 * The paths of a route, PURE: RFC 7911. A route with several next hops is a path by way of each; the path identifier is the
 * place of the next hop among them, from 1, so that it says the same for as long as the settings do.
 */
import { join, u32 } from '../bytes/join.ts';
import { nextHopsOf, type RouteAttributes } from '../model/route.ts';

/** What it returns for the same object is the same. */
export function createPaths(): (attributes: RouteAttributes) => readonly RouteAttributes[] {
  const made = new WeakMap<RouteAttributes, readonly RouteAttributes[]>();
  return (attributes) => {
    const known = made.get(attributes);
    if (known !== undefined) return known;
    const { otherNextHops, ...said } = attributes;
    const paths =
      otherNextHops === undefined ? [attributes] : nextHopsOf(attributes).map((nextHop) => ({ ...said, nextHop }));
    made.set(attributes, paths);
    return paths;
  };
}

/** RFC 7911 §3: four octets before the prefix. */
export const withPathId = (nlri: Uint8Array, id: number): Uint8Array => join(u32(id), nlri);
