/** Routes: what a sink is asked to announce. */
import type { IpAddress, Prefix } from './address.ts';

declare const routeKeyBrand: unique symbol;
/** What makes two routes the same one. One key has one owner: services merge before a sink hears of them. */
export type RouteKey = string & { readonly [routeKeyBrand]: true };

/** `self`: the announcing session's own address. */
export type NextHop = IpAddress | 'self';

/** Equal attributes are the same object: the core makes one per family, so that a sink may compare with `===`. */
export interface RouteAttributes {
  readonly nextHop: NextHop;
}

export interface Route {
  readonly prefix: Prefix;
  readonly attributes: RouteAttributes;
}

export const routeKey = ({ prefix }: Pick<Route, 'prefix'>): RouteKey => prefix as string as RouteKey;

/** Whether both say the same of the same prefix. */
export const isSameRoute = (one: Route, other: Route): boolean =>
  one.prefix === other.prefix &&
  (one.attributes === other.attributes || one.attributes.nextHop === other.attributes.nextHop);
