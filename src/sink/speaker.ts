/** SHELL: the sink that is a BGP speaker of our own. The only bridge between the two rooms. */
import type { Speaker } from '../bgp/speaker.ts';
import type { Prefix } from '../model/address.ts';
import type { Route, RouteKey } from '../model/route.ts';
import { prefixIn } from './keys.ts';
import type { Sink } from './sink.ts';

export function createSpeakerSink(speaker: Speaker): Sink {
  /** Routes of prefixes that have a scope: there may be several of one. */
  const scoped = new Map<Prefix, Map<RouteKey, Route>>();

  function set(desired: ReadonlyMap<RouteKey, Route>, key: RouteKey): void {
    const route = desired.get(key);
    const prefix = prefixIn(key);
    if (prefix.length === key.length && !scoped.has(prefix)) {
      speaker.set(prefix, route === undefined ? [] : [route]);
      return;
    }
    const routes = scoped.get(prefix) ?? new Map<RouteKey, Route>();
    scoped.set(prefix, routes);
    if (route === undefined) routes.delete(key);
    else routes.set(key, route);
    if (routes.size === 0) scoped.delete(prefix);
    speaker.set(prefix, [...routes.values()]);
  }

  return {
    set(desired, changed) {
      for (const key of changed) set(desired, key);
      speaker.flush();
    },
    status() {
      const peers = speaker.status();
      const waiting = peers.filter(({ state, isLevel }) => state === 'established' && !isLevel).length;
      return {
        name: 'speaker',
        told: speaker.routes(),
        leaving: 0,
        waiting,
        refused: 0,
        ever: { ...speaker.said(), refused: 0 },
      };
    },
    tellings: speaker.tellings,
    peers: speaker.peers,
    close: (signal) => speaker.close(signal),
  };
}
