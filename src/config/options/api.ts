/** Where a running daemon is asked, and by whom. */
import { filePath } from '../option-plain.ts';

export const API_OPTIONS = {
  controlSocket: {
    ...filePath({
      flag: 'control-socket',
      environment: 'HA2BGP_CONTROL_SOCKET',
      default: '',
      help: 'where ha2bgp is asked what it does, or "none". Not given: NAME.sock in $RUNTIME_DIRECTORY, else in /run/ha2bgp',
    }),
    argument: 'path|none',
  },
} as const;
