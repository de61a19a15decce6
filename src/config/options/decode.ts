/** What `ha2bgp decode` takes: no settings, and so not in the table. */
import { choice, toggle } from '../option-plain.ts';

export const DECODE_OPTIONS = {
  asOctets: choice(
    {
      flag: 'as-octets',
      environment: '',
      default: '4',
      help: 'octets of an AS number, as the session agreed',
    },
    ['2', '4'],
  ),
  external: toggle({
    flag: 'external',
    environment: '',
    help: 'from an external peer: LOCAL_PREF, ORIGINATOR_ID and CLUSTER_LIST are not expected',
  }),
  addPath: toggle({ flag: 'add-path', environment: '', help: 'a path identifier stands before each prefix' }),
  json: toggle({ flag: 'json', environment: '', help: 'a line of JSON for each message' }),
} as const;
