/** Environment names that start with HA2BGP_ and are none of ours: an error where silence would announce too much. */
import { nearest } from './nearest.ts';
import { OPTION_NAMES, OPTIONS } from './options.ts';
import { visible } from './quote.ts';

const PREFIX = 'HA2BGP_';

/**
 * Options to come which *narrow* what is announced, or to whom. Whoever sets one counts on it, and would be announced
 * more than is safe by a release that passed over it.
 */
const NARROWING = new Set(
  [...['COMMUNITY', 'DRY_RUN', 'EXTENDED_COMMUNITY', 'LARGE_COMMUNITY', 'LOCAL_PREFERENCE', 'MED', 'NEIGHBOR']].map(
    (name) => PREFIX + name,
  ),
);

/** Names of HA2BGP's for what has no use here. */
const USELESS: Readonly<Record<string, string>> = {
  HA2BGP_HAPROXY_SOCKET: 'has no effect: HA2BGP never read the HAProxy socket, and ha2bgp has no use for it',
};

export interface UnknownName {
  readonly name: string;
  readonly severity: 'error' | 'warning';
  readonly text: string;
}

export function unknownNames(environment: Readonly<Record<string, string | undefined>>): UnknownName[] {
  const known: string[] = OPTION_NAMES.map((name) => OPTIONS[name].environment);
  return Object.keys(environment)
    .filter((name) => name.startsWith(PREFIX) && !known.includes(name) && (environment[name] ?? '') !== '')
    .sort()
    .map((name) => {
      if (NARROWING.has(name)) {
        return {
          name: visible(name),
          severity: 'error',
          text: 'would narrow what is announced, and this release does not know it yet; remove it from the environment',
        };
      }
      const useless = USELESS[name];
      if (useless !== undefined) return { name, severity: 'warning', text: useless };
      const near = nearest(name, known);
      const hint = near === undefined ? '' : `; did you mean ${near}?`;
      return {
        name: visible(name),
        severity: 'warning',
        text: `has no effect: this release knows no such name${hint}`,
      };
    });
}
