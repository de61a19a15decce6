/** From the settings of `healthcheck` to the one service that it declares, and the policy that goes with it. */
import {
  addressesIn,
  bitsOf,
  familyOf,
  hostPrefix,
  type IpAddress,
  isLoopback,
  lengthOf,
  type Prefix,
} from '../../model/address.ts';
import { ms } from '../../model/millis.ts';
import type { Policy } from '../../model/policy.ts';
import type { RouteAttributes, RouteScope } from '../../model/route.ts';
import type { CheckedService, ServiceState, StateRoutes } from '../../model/service.ts';
import type { Problem } from '../place.ts';
import type { HealthcheckSettings } from './settings.ts';
import { MOST_UINT32, network } from './values.ts';

export interface Declaration {
  readonly service: CheckedService;
  /** Each address that is to be on this host, and on which device. */
  readonly addresses: readonly { readonly address: IpAddress; readonly device: string }[];
  readonly problems: readonly Problem[];
  /** What will do, but perhaps not what is meant. */
  readonly warnings: readonly Problem[];
}

/** Each is a command of its own to ip(8). */
const MOST_ADDRESSES = 1_024;
const MOST_ROUTES = 65_536;

/** `found`: the addresses of lo, for whoever names none. */
export function declare(settings: HealthcheckSettings, found: readonly Prefix[]): Declaration {
  const problems: Problem[] = [];
  const networks = settings.networks.length > 0 ? settings.networks : found;
  if (networks.length === 0) {
    const label = settings.label === '' ? '' : ` with the label lo:${settings.label}`;
    problems.push({ place: '--ip', text: `none given, and lo has no address${label} to announce` });
  }
  const each = placed(networks, settings.setsUpAddresses || settings.addressesWhileUp, problems);
  const announced = settings.deaggregates
    ? placed(networks, true, problems, MOST_ROUTES).map(({ address }) => hostPrefix(address))
    : networks;
  if (new Set(announced).size < announced.length) {
    problems.push({ place: '--ip', text: 'networks that overlap: each address can be announced once' });
  }
  const prefixes = rotate(announced, settings.startAt);
  for (const state of ['up', 'down', 'disabled'] as const) {
    const last = settings.metric[state] + settings.increase * (prefixes.length - 1);
    if (last < 0 || last > MOST_UINT32) {
      problems.push({
        place: `--${state}-metric`,
        text: `is ${last} for the last address: expected 0 to ${MOST_UINT32}`,
      });
    }
  }
  const none: StateRoutes = new Map();
  return {
    service: {
      kind: 'checked',
      id: settings.name,
      check: settings.check,
      probe: settings.probe,
      prefixes,
      routes: {
        up: routesIn('up', settings, prefixes),
        down: settings.withdrawsOnDown ? none : routesIn('down', settings, prefixes),
        disabled: settings.withdrawsOnDown ? none : routesIn('disabled', settings, prefixes),
      },
      hooks: settings.hooks,
      addressesWhileUp: settings.addressesWhileUp,
    },
    addresses: each.map(({ from, address }) => ({ address, device: settings.devices.get(from) ?? 'lo' })),
    problems,
    warnings: warningsOf(settings, prefixes),
  };
}

function placed(
  networks: readonly Prefix[],
  isWanted: boolean,
  problems: Problem[],
  most: number = MOST_ADDRESSES,
): { readonly from: Prefix; readonly address: IpAddress }[] {
  if (!isWanted) return [];
  const large = networks.find((one) => 2 ** (bitsOf(familyOf(one)) - lengthOf(one)) > most);
  if (large !== undefined) {
    const text =
      most === MOST_ROUTES
        ? `${large}: has more than ${most} addresses to announce`
        : `${large}: has more than ${most} addresses to set up; with --no-ip-setup none is`;
    problems.push({ place: '--ip', text });
    return [];
  }
  return networks.flatMap((from) => addressesIn(from).map((address) => ({ from, address })));
}

/** The first `by` go to the end; a negative number counts from there. */
function rotate<T>(items: readonly T[], by: number): T[] {
  const at = items.length === 0 ? 0 : ((by % items.length) + items.length) % items.length;
  return [...items.slice(at), ...items.slice(0, at)];
}

function routesIn(state: ServiceState, settings: HealthcheckSettings, prefixes: readonly Prefix[]): StateRoutes {
  const { localPreference, extendedCommunities, largeCommunities } = settings;
  const communities = settings.communities[state];
  const asPath = settings.asPath[state];
  return new Map(
    prefixes.map((prefix, index): [Prefix, RouteAttributes] => [
      prefix,
      {
        nextHop: settings.nextHop,
        med: settings.metric[state] + settings.increase * index,
        ...(localPreference === undefined ? {} : { localPreference }),
        ...(communities.length === 0 ? {} : { communities }),
        ...(extendedCommunities.length === 0 ? {} : { extendedCommunities }),
        ...(largeCommunities.length === 0 ? {} : { largeCommunities }),
        ...(asPath.length === 0 ? {} : { asPath }),
      },
    ]),
  );
}

function warningsOf(settings: HealthcheckSettings, prefixes: readonly Prefix[]): Problem[] {
  const { nextHop, user, group, viaSudo, setsUpAddresses, addressesWhileUp } = settings;
  const families = new Set(prefixes.map(familyOf));
  const warnings: Problem[] = [];
  if (nextHop === 'self' && families.has('ipv6')) {
    const text = 'self for IPv6: every session has to run over IPv6, or ExaBGP spoils the IPv4 routes of that session';
    warnings.push({ place: '--next-hop', text });
  }
  if (nextHop !== 'self' && [...families].some((family) => family !== familyOf(nextHop))) {
    warnings.push({ place: '--next-hop', text: `${nextHop}: is of another family than some of the addresses` });
  }
  if ((user !== '' || group !== '') && !viaSudo && (setsUpAddresses || addressesWhileUp)) {
    const text = 'addresses that are added at the start cannot be removed by this user: --sudo could';
    warnings.push({ place: user === '' ? '--group' : '--user', text });
  }
  return warnings;
}

/** Which of the addresses of lo are announced where none is named: those of the label, and none that are never announced. */
export function chooseFound(
  shown: readonly { readonly address: IpAddress; readonly length: number; readonly label: string }[],
  { label, isLabelWhole }: Pick<HealthcheckSettings, 'label' | 'isLabelWhole'>,
): Prefix[] {
  return shown
    .filter((one) => label === '' || (isLabelWhole ? one.label === label : one.label.startsWith(label)))
    .flatMap(({ address, length }) => {
      const prefix = network(`${address}/${length}`);
      return 'value' in prefix && !isLoopback(address) ? [prefix.value] : [];
    });
}

/** Services follow their checks: no delay, and none of what is found listening. */
export const healthcheckPolicy = (base: Policy, service: CheckedService, scope: RouteScope | undefined): Policy => ({
  ...base,
  networks: [],
  announce: new Set(),
  anyip: false,
  services: new Map(service.prefixes.map((prefix) => [prefix, service])),
  announceDelay: ms(0),
  withdrawDelay: ms(0),
  addressWithdrawDelay: ms(0),
  dampening: undefined,
  ...(scope === undefined ? {} : { scope }),
});
