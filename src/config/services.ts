/** Of services that have a name: what they announce, and which of them cannot be. */
import { familyOf, lengthOf, type Prefix } from '../model/address.ts';
import type { DeclaredService, LocalService, ServiceId } from '../model/service.ts';
import type { GivenService } from './option-service.ts';
import { SERVICE_KEYS } from './options/service.ts';
import type { OptionName, Settings } from './options.ts';

/** What is announced as it is, while something that counts listens inside it; and which setting says so. */
export const announcedAsItIs = ({
  announce,
  service: services,
}: Pick<Settings, 'announce' | 'service'>): readonly { readonly prefix: Prefix; readonly by: string }[] => [
  ...announce.map((prefix) => ({ prefix, by: '--announce' })),
  ...services.flatMap(({ name, prefixes }) => prefixes.map((prefix) => ({ prefix, by: `--service ${name}` }))),
];

export const servicesFrom = ({ service: given }: Pick<Settings, 'service'>): ReadonlyMap<Prefix, DeclaredService> =>
  new Map(given.map(declared).flatMap((service) => service.prefixes.map((prefix) => [prefix, service] as const)));

function declared({ name: id, prefixes, values }: GivenService): LocalService {
  const { command, disableFile, timeout, rise, fall, interval, fastInterval } = values;
  const isChecked = command !== undefined || disableFile !== undefined;
  return {
    ...{ kind: 'local', id, prefixes },
    check: isChecked
      ? {
          rise: rise ?? SERVICE_KEYS.rise.default,
          fall: fall ?? SERVICE_KEYS.fall.default,
          interval: interval ?? SERVICE_KEYS.interval.default,
          fastInterval: fastInterval ?? SERVICE_KEYS.fastInterval.default,
        }
      : undefined,
    probe: { command, disableFile, timeout: timeout ?? SERVICE_KEYS.timeout.default },
  };
}

/** What they are called; of many the first, and how many more there are. */
export function namesOf(services: Settings['service']): string {
  const names = services.slice(0, MOST_NAMES).map(({ name }) => name);
  const others = services.length - names.length;
  return `${names.join(',')}${others > 0 ? ` and ${others} more` : ''}`;
}

const MOST_NAMES = 20;

/** `refuse`: with the index of the service. */
export function checkServices(
  { service: services, static: groups, shortestPrefix }: Settings,
  placeOf: (name: OptionName) => string,
  refuse: (text: string, index: number) => void,
): void {
  if (services.length === 0) return;
  const statics = new Set(groups.flatMap(({ prefixes }) => prefixes));
  const names = new Set<ServiceId>();
  const owners = new Map<Prefix, ServiceId>();
  for (const [index, { name, prefixes }] of services.entries()) {
    if (names.has(name)) refuse(`${name}: is the name of two services`, index);
    names.add(name);
    for (const prefix of prefixes) {
      const say = (text: string): void => refuse(`${name}: ${prefix}: ${text}`, index);
      const shortest = shortestPrefix[familyOf(prefix)];
      if (lengthOf(prefix) < shortest) {
        say(`expected /${shortest} or longer, unless --shortest-prefix says otherwise`);
      }
      if (statics.has(prefix)) say(`is in ${placeOf('static')} too, by which it is announced whatever is checked`);
      const owner = owners.get(prefix);
      if (owner !== undefined && owner !== name) say(`is in ${owner} too, and can be in one service`);
      owners.set(prefix, name);
    }
  }
}
