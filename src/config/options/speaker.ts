/** The bundled BGP speaker: who we are, where peers may connect to us, and who they are. */
import { asNumber, listenEndpoints, routerId } from '../option-bgp.ts';
import { peers } from '../option-peer.ts';

export const SPEAKER_OPTIONS = {
  localAs: asNumber({
    flag: 'local-as',
    environment: 'HA2BGP_LOCAL_AS',
    help: 'our AS number, 65000 or in two halves 1.10; needed with --bgp-backend speaker',
  }),
  routerId: routerId({
    flag: 'router-id',
    environment: 'HA2BGP_ROUTER_ID',
    help: 'our BGP identifier, in the form of an IPv4 address that no other speaker has; needed with --bgp-backend speaker',
  }),
  bgpListen: listenEndpoints({
    flag: 'bgp-listen',
    environment: 'HA2BGP_BGP_LISTEN',
    default: [],
    help: 'take connections of peers here, on port 179 or another; repeatable. None given: only we connect',
  }),
  peer: peers({
    flag: 'peer',
    environment: 'HA2BGP_PEER',
    default: [],
    help: 'a BGP peer of the speaker: address, as=AS, keys of docs/configuration.md (role, hold-time …); repeatable, separated by ";" in the environment',
  }),
} as const;
