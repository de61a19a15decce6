/** From settings to the policy that the core decides by. */
import type { Policy } from '../model/policy.ts';
import { nextHopsFor } from './next-hops.ts';
import type { Settings } from './options.ts';
import { attributesFrom, attributesGiven, scopeFrom } from './routes.ts';
import { announcedAsItIs, servicesFrom } from './services.ts';
import { staticsFrom } from './statics.ts';

/** What somebody named is meant; what is found may be a mistake. */
const MOST_ROUTES = { discovered: 1_000, declared: 100_000 };

export function policyFrom(settings: Settings): Policy {
  const scope = scopeFrom(settings);
  return {
    networks: settings.network,
    announce: new Set(announcedAsItIs(settings).map(({ prefix }) => prefix)),
    services: servicesFrom(settings),
    statics: staticsFrom(settings),
    anyip: settings.anyip,
    listenFilter: settings.listenFilter,
    require: settings.require,
    wildcard: settings.wildcard,
    device: settings.device,
    deviceLabel: settings.deviceLabel,
    requireCarrier: settings.requireCarrier,
    acceptQueueFull: settings.acceptQueueFull === 'off' ? undefined : settings.acceptQueueFull,
    shortestPrefix: settings.shortestPrefix,
    announceDelay: settings.announceDelay,
    withdrawDelay: settings.withdrawDelay,
    addressWithdrawDelay: settings.addressWithdrawDelay,
    dampening: settings.noDampening
      ? undefined
      : {
          penalty: settings.dampeningPenalty,
          suppress: settings.dampeningSuppress,
          reuse: settings.dampeningReuse,
          halfLife: settings.dampeningHalfLife,
          maxSuppress: settings.dampeningMaxSuppress,
          action: settings.dampeningAction,
        },
    onDiscoveryError: settings.onDiscoveryError,
    staleAfter: settings.staleAfter,
    maxRoutes:
      settings.maxRoutes === 'auto' ? MOST_ROUTES : { discovered: settings.maxRoutes, declared: settings.maxRoutes },
    attributes: {
      ipv4: attributesFrom(settings, nextHopsFor('ipv4', settings)) ?? {
        nextHop: 'self',
        ...attributesGiven(settings),
      },
      ipv6: attributesFrom(settings, nextHopsFor('ipv6', settings)),
    },
    ...(scope === undefined ? {} : { scope }),
  };
}
