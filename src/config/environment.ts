/** Environment names that start with HA2BGP_ and are none of ours. */
import { nearest } from './nearest.ts';
import { OPTION_NAMES, OPTIONS } from './options.ts';
import { visible } from './quote.ts';

const PREFIX = 'HA2BGP_';

/** Names of HA2BGP's for what has no use here. */
const USELESS: Readonly<Record<string, string>> = {
  HA2BGP_HAPROXY_SOCKET: 'has no effect: HA2BGP never read the HAProxy socket, and ha2bgp has no use for it',
};

export interface UnknownName {
  readonly name: string;
  readonly text: string;
}

export function unknownNames(environment: Readonly<Record<string, string | undefined>>): UnknownName[] {
  const known: string[] = OPTION_NAMES.map((name) => OPTIONS[name].environment);
  return Object.keys(environment)
    .filter((name) => name.startsWith(PREFIX) && !known.includes(name) && (environment[name] ?? '') !== '')
    .sort()
    .map((name) => {
      const useless = USELESS[name];
      if (useless !== undefined) return { name, text: useless };
      const near = nearest(name, known);
      const hint = near === undefined ? '' : `; did you mean ${near}?`;
      return {
        name: visible(name),
        text: `has no effect: this release knows no such name${hint}`,
      };
    });
}
