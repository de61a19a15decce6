/** Where a running daemon is asked, and by whom. */
import { apiEndpoints } from '../option-api.ts';
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
  apiListen: apiEndpoints({
    flag: 'api-listen',
    environment: 'HA2BGP_API_LISTEN',
    default: [],
    help: 'the same over TCP; repeatable. Beyond loopback only with TLS, and a token or certificates',
  }),
  apiTokenFile: filePath({
    flag: 'api-token-file',
    environment: 'HA2BGP_API_TOKEN_FILE',
    default: '',
    help: 'a file with the token of those who change something over TCP, 16 octets at least',
  }),
  apiTlsCert: filePath({
    flag: 'api-tls-cert',
    environment: 'HA2BGP_API_TLS_CERT',
    default: '',
    help: 'the certificate of every --api-listen, PEM, with those between it and its authority',
  }),
  apiTlsKey: filePath({
    flag: 'api-tls-key',
    environment: 'HA2BGP_API_TLS_KEY',
    default: '',
    help: 'the key of that certificate, PEM',
  }),
  apiTlsClientCa: filePath({
    flag: 'api-tls-client-ca',
    environment: 'HA2BGP_API_TLS_CLIENT_CA',
    default: '',
    help: 'who has a certificate of one of these authorities, PEM, is as good as who has the token',
  }),
} as const;
