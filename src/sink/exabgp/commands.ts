/**
 * ExaBGP's text API, PURE: what we say. Grammar as in ExaBGP 4.2 and 5.x, `announce route` and `withdraw route`.
 * One line, ASCII, no quoting: a control character inside a value would be a second command.
 */
import type { Route } from '../../model/route.ts';

export type Verb = 'announce' | 'withdraw';
export type ExabgpApi = '4' | '6';

/** `announce route 192.0.2.1/32 next-hop self` and its line feed. Throws `RangeError` rather than print anything else. */
export function commandLine(verb: Verb, { prefix, attributes }: Route): string {
  const line = `${verb} route ${prefix} next-hop ${attributes.nextHop}`;
  if (!/^[\x20-\x7e]+$/.test(line)) throw new RangeError(`not fit for ExaBGP: ${JSON.stringify(line)}`);
  return `${line}\n`;
}

export const groupLines = (verb: Verb, routes: readonly Route[], _api: ExabgpApi) =>
  routes.map((route) => ({ line: commandLine(verb, route), routes: [route] }));
