/**
 * What is said of static prefixes: the keys of `--static "PREFIX …,key=value,…"` and of an entry of `static` in a file.
 * What is not given is that of all other routes.
 */
import { nextHops } from '../option-network.ts';
import { ATTRIBUTE_OPTIONS } from './attributes.ts';

export const STATIC_OPTIONS = {
  nexthop: nextHops({
    flag: 'nexthop',
    environment: '',
    default: [],
    help: 'next hop of these prefixes, repeatable as --nexthop is. None given: that of all others',
  }),
  ...ATTRIBUTE_OPTIONS,
} as const;
