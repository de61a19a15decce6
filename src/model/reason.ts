/**
 * Why an address is not announced: one closed union, one English sentence each. Status, explain, API and log print these
 * and no others. A reason belongs to the first stage that said no.
 */
import { type IpAddress, isHostPrefix, networkAddress, type Prefix } from './address.ts';
import { formatDuration, type Millis, ms } from './millis.ts';

/** In their order. */
export const STAGES = ['facts', 'candidates', 'health', 'verdict', 'routes'] as const;
export type Stage = (typeof STAGES)[number];

export type Reason =
  | { readonly code: 'facts-not-read' }
  /** Of a static prefix: moments after the start. */
  | { readonly code: 'not-started' }
  | { readonly code: 'never-announced'; readonly what: 'unspecified' | 'link-local' | 'multicast' | 'broadcast' }
  | { readonly code: 'outside-networks'; readonly networks: readonly Prefix[] }
  | { readonly code: 'loopback-not-asked-for' }
  | { readonly code: 'own-next-hop' }
  | { readonly code: 'prefix-too-short'; readonly shortest: number }
  /** Of a prefix that is no host address. */
  | { readonly code: 'no-rule' }
  | { readonly code: 'address-missing' }
  | { readonly code: 'device-not-selected'; readonly device: string; readonly selected: string }
  | { readonly code: 'label-not-selected'; readonly label: string; readonly selected: string }
  | { readonly code: 'device-down'; readonly device: string }
  | { readonly code: 'no-carrier'; readonly device: string }
  | { readonly code: 'address-not-usable'; readonly state: 'tentative' | 'dad-failed' | 'temporary' }
  | { readonly code: 'no-listener' }
  | { readonly code: 'listener-not-matched'; readonly listener: string; readonly filter: string }
  | { readonly code: 'required-not-listening'; readonly filter: string }
  | { readonly code: 'wildcard-not-host-route'; readonly listener: string; readonly length: number }
  | { readonly code: 'wildcard-off'; readonly listener: string }
  | { readonly code: 'accept-queue-full'; readonly listener: string; readonly limit: Millis }
  | { readonly code: 'listener-device-unreachable'; readonly listener: string }
  | { readonly code: 'check-undecided'; readonly service: string }
  | { readonly code: 'check-down'; readonly service: string; readonly detail: string }
  /** `file`: the one that says so. */
  | { readonly code: 'service-disabled'; readonly service: string; readonly file: string }
  | { readonly code: 'address-not-set-up'; readonly detail: string }
  | { readonly code: 'announce-delay'; readonly delay: Millis; readonly until: Millis }
  | { readonly code: 'dampened'; readonly penalty: number; readonly reuse: number; readonly reuseIn: Millis }
  /**
   * Announced still, and about to be withdrawn, or to stay: where the drain ends before that. `target`: of the drain, where
   * that is more than the prefix.
   */
  | ({ readonly code: 'draining'; readonly target?: string } & Next & ByHand)
  /** `endsIn`: left out for never. */
  | ({ readonly code: 'drained'; readonly target?: string; readonly endsIn?: Millis } & ByHand)
  | ({ readonly code: 'set-down'; readonly endsIn?: Millis } & ByHand)
  | { readonly code: 'discovery-failing'; readonly since: Millis }
  | { readonly code: 'facts-stale'; readonly limit: Millis }
  | { readonly code: 'next-hop-missing' }
  | { readonly code: 'max-routes'; readonly limit: number };

type Next = { readonly withdrawIn: Millis } | { readonly endsIn: Millis };

interface ByHand {
  readonly by: string;
  /** Empty when none was given. */
  readonly why: string;
}

export function stageOf(reason: Reason): Stage {
  switch (reason.code) {
    case 'facts-not-read':
    case 'not-started':
      return 'facts';
    case 'never-announced':
    case 'outside-networks':
    case 'loopback-not-asked-for':
    case 'own-next-hop':
    case 'prefix-too-short':
    case 'no-rule':
    case 'device-not-selected':
    case 'label-not-selected':
      return 'candidates';
    case 'address-missing':
    case 'device-down':
    case 'no-carrier':
    case 'address-not-usable':
    case 'no-listener':
    case 'listener-not-matched':
    case 'required-not-listening':
    case 'wildcard-not-host-route':
    case 'wildcard-off':
    case 'accept-queue-full':
    case 'listener-device-unreachable':
    case 'check-undecided':
    case 'check-down':
    case 'service-disabled':
    case 'address-not-set-up':
      return 'health';
    case 'announce-delay':
    case 'dampened':
    case 'draining':
    case 'drained':
    case 'set-down':
    case 'discovery-failing':
    case 'facts-stale':
      return 'verdict';
    case 'next-hop-missing':
    case 'max-routes':
      return 'routes';
    default:
      return reason satisfies never;
  }
}

/** `of`: the address or prefix that is not announced. */
export function sentence(of: IpAddress | Prefix, reason: Reason): string {
  const it = of.includes('/') && isHostPrefix(of as Prefix) ? networkAddress(of as Prefix) : of;
  switch (reason.code) {
    case 'facts-not-read':
      return 'the kernel has not been read yet';
    case 'not-started':
      return `${it} is static, and its turn to be announced comes at once`;
    case 'never-announced':
      return `${it} is ${reason.what === 'unspecified' ? 'an unspecified' : `a ${reason.what}`} address, which is never announced`;
    case 'outside-networks':
      return reason.networks.length === 0
        ? `${it} is in no --network: none is given`
        : `${it} is outside every --network (${reason.networks.join(', ')})`;
    case 'loopback-not-asked-for':
      return `${it} is a loopback address; it needs a --network inside 127.0.0.0/8 or ::1`;
    case 'own-next-hop':
      return `${it} is the next hop of what is announced (--nexthop), and is never announced itself`;
    case 'prefix-too-short':
      return `${it} is shorter than /${reason.shortest}, and nothing so short is announced (--shortest-prefix)`;
    case 'no-rule':
      return `no rule covers ${it}: it is no host address, nobody announces it as such (--announce), and there is no local route (--anyip)`;
    case 'address-missing':
      return it.includes('/') ? `no address inside ${it} is on this host` : `${it} is not an address of this host`;
    case 'device-not-selected':
      return `${it} is on device ${reason.device}, not on ${reason.selected} (--device)`;
    case 'label-not-selected':
      return `${it} has the label "${reason.label}", which does not match "${reason.selected}" (--device-label)`;
    case 'device-down':
      return `device ${reason.device} of ${it} is down`;
    case 'no-carrier':
      return `device ${reason.device} of ${it} has no carrier (--require-carrier)`;
    case 'address-not-usable':
      return `${it} is ${UNUSABLE[reason.state]}`;
    case 'no-listener':
      return `nothing that --listen-filter matches listens on ${it}`;
    case 'listener-not-matched':
      return `only ${reason.listener} listens on ${it}, which the filter does not match: ${reason.filter}`;
    case 'required-not-listening':
      return `nothing listens on ${it} that --require asks for: ${reason.filter}`;
    case 'wildcard-off':
      return `${reason.listener} listens on every address, and such a listener counts for none (--wildcard off)`;
    case 'accept-queue-full':
      return `the accept queue of ${reason.listener} has been full for ${formatDuration(reason.limit)} or longer (--accept-queue-full)`;
    case 'wildcard-not-host-route':
      return `${reason.listener} listens on every address, and stands for host routes only: ${it} has length /${reason.length}`;
    case 'listener-device-unreachable':
      return `${reason.listener} does not serve ${it}: it is bound to a device, or it is in another VRF`;
    case 'check-undecided':
      return `the check of ${reason.service} has not passed or failed often enough yet`;
    case 'check-down':
      return `the check of ${reason.service} fails${reason.detail === '' ? '' : `: ${reason.detail}`}`;
    case 'service-disabled':
      return `${reason.service} is disabled by ${reason.file}`;
    case 'address-not-set-up':
      return `${it} could not be given to this host: ${reason.detail}`;
    case 'announce-delay':
      return reason.delay === 0
        ? `${it} is up, and announced with the next reading of the kernel`
        : `${it} is up, and has to stay so for ${formatDuration(reason.delay)} before it is announced`;
    case 'dampened':
      return `${it} came and went too often: its penalty is ${Math.round(reason.penalty)}, and it is announced again at ${reason.reuse}, in ${seconds(reason.reuseIn)}`;
    case 'draining':
      return `${it} is drained by ${reason.by}${target(reason)}${next(reason)}${because(reason)}`;
    case 'drained':
      return `${it} is drained by ${reason.by}${target(reason)}${still(reason)}${because(reason)}`;
    case 'set-down':
      return `${it} is set down by ${reason.by}${still(reason)}${because(reason)}`;
    case 'discovery-failing':
      return `${it} was up, but the kernel cannot be read at present, and nothing is announced on old facts`;
    case 'facts-stale':
      return `the kernel could not be read for ${formatDuration(reason.limit)}, and what it said before no longer counts (--on-discovery-error withdraw)`;
    case 'next-hop-missing':
      return `${it} needs an IPv6 next hop: give --nexthop an IPv6 address, or --nexthop-self-ipv6 if every session is IPv6`;
    case 'max-routes':
      return `as many routes are announced as may be (--max-routes ${reason.limit})`;
    default:
      return reason satisfies never;
  }
}

/** What is left of a second is one. */
const seconds = (length: Millis): string =>
  formatDuration(ms((length < 1_000 ? Math.ceil(length / 1_000) : Math.round(length / 1_000)) * 1_000));
const target = ({ target: of }: { readonly target?: string }): string => (of === undefined ? '' : ` (${of})`);
const next = (of: Next): string =>
  'withdrawIn' in of
    ? `, and withdrawn in ${seconds(of.withdrawIn)}`
    : ` for another ${seconds(of.endsIn)}, and not withdrawn in so short a time`;
const still = ({ endsIn }: { readonly endsIn?: Millis }): string =>
  endsIn === undefined ? '' : ` for another ${seconds(endsIn)}`;
const because = ({ why }: ByHand): string => (why === '' ? '' : `: ${why}`);

const UNUSABLE = {
  tentative: 'still tentative (duplicate address detection is running)',
  'dad-failed': "a duplicate of another host's address (duplicate address detection failed)",
  temporary: 'a temporary address (RFC 8981), which changes by itself',
} as const;
