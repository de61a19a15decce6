/** What `ha2bgp doctor` takes: no settings, and so not in the table. */
import { RELEASES, type Release } from '../exabgp-conf/release.ts';
import { value } from '../option.ts';

const environment = '';

export const DOCTOR_OPTIONS = {
  user: value<string>(
    {
      ...{ flag: 'user', environment, default: '', argument: 'name' },
      help: 'the user that ExaBGP runs as; without it, the one in /etc/exabgp/exabgp.env, else exabgp',
    },
    String,
    (text) => ({ value: text }),
  ),
  exabgp: value<Release | undefined>(
    {
      ...{ flag: 'exabgp', environment, default: undefined, argument: 'release' },
      help: `judge for this release of ExaBGP alone: ${RELEASES.join(' or ')}`,
    },
    (release) => release ?? '',
    (text) => {
      const release = RELEASES.find((each) => each === text);
      return release === undefined ? { expected: RELEASES.join(' or ') } : { value: release };
    },
  ),
} as const;
