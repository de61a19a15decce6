/** What a prefix is announced with, PURE, in lines for people. */
import type { Prefix } from '../model/address.ts';
import { nextHopsOf, type RouteAttributes } from '../model/route.ts';
import { countOf, kindOf, routeOfPrefix } from './desired.ts';
import type { DaemonState } from './state.ts';

export function routeLines({ desired, policy }: DaemonState, prefix: Prefix): readonly string[] {
  const route = routeOfPrefix(desired, prefix, policy);
  const kind = kindOf(prefix, policy);
  const places = `${countOf(desired, kind)} ${kind} routes are announced, of ${policy.maxRoutes[kind]} that may be`;
  if (route === undefined) return [places];
  const { scope, attributes } = route;
  return [
    `announced with ${wordsOf(attributes)}`,
    ...(scope?.neighbors === undefined ? [] : [`to ${scope.neighbors.join(', ')} only`]),
    ...(scope?.pathInformation === undefined ? [] : [`under path identifier ${scope.pathInformation}`]),
    places,
  ];
}

function wordsOf(attributes: RouteAttributes): string {
  const { med, localPreference, asPath, communities, largeCommunities, extendedCommunities } = attributes;
  return [
    `next hop ${nextHopsOf(attributes).join(' and ')}`,
    ...(med === undefined ? [] : [`MED ${med}`]),
    ...(localPreference === undefined ? [] : [`local preference ${localPreference}`]),
    ...(asPath === undefined ? [] : [`AS path ${asPath.join(' ')}`]),
    ...[
      ['communities', communities],
      ['large communities', largeCommunities],
      ['extended communities', extendedCommunities],
    ].flatMap(([name, values]) =>
      values === undefined || values.length === 0 ? [] : [`${name} ${[...values].join(' ')}`],
    ),
  ].join(', ');
}
