/** What every kind of router is asked for, and answers. */
import type { Family } from '../../../src/model/address.ts';
import type { Role } from '../../../src/model/peer.ts';
import type { Namespace } from '../namespaces.ts';
import type { Started } from '../processes.ts';
import type { Release } from './release.ts';

export interface RouterOptions {
  readonly namespace: Namespace;
  /** A directory for its files, which has to outlive it. */
  readonly place: string;
  /** Tells its files from those of other routers in the same place. Default: the kind. */
  readonly name?: string;
  readonly as: number;
  readonly routerId: string;
  /** Where it listens, on the local addresses of its neighbors. Default: 179. */
  readonly port?: number;
  readonly neighbors: readonly RouterNeighbor[];
}

/** Left out: what the example of contrib/ says. */
export interface RouterNeighbor {
  readonly address: string;
  readonly as: number;
  readonly localAddress: string;
  /** Where it is called, by a router that calls. Default: 179. */
  readonly port?: number;
  /** Default: true. */
  readonly passive?: boolean;
  readonly password?: string;
  /** GTSM, of a neighbor on the link. */
  readonly ttlSecurity?: boolean;
  /** So many hops away at most. */
  readonly multihop?: number;
  /** Default: both. */
  readonly families?: readonly Family[];
  /** Seconds. Default: 9. */
  readonly holdTime?: number;
  /** Without the capability of four-octet AS numbers (RFC 6793). */
  readonly twoOctetAs?: boolean;
  /** IPv4 routes with IPv6 next hops (RFC 8950). */
  readonly extendedNextHop?: boolean;
  /** Takes several paths of a prefix (RFC 7911). Default: only FRR. */
  readonly addPath?: boolean;
  /** Traffic goes by all of them. BIRD and FRR, which does so of its own accord. */
  readonly mergePaths?: boolean;
  /** Enhanced route refresh (RFC 7313), and telling of its marks: see `Session`. */
  readonly enhancedRefresh?: boolean;
  /** The router's own (RFC 9234), and whether it takes no neighbor without one. */
  readonly role?: Role;
  readonly strictRole?: boolean;
  /** Messages of more than 4096 octets (RFC 8654), where it doesn't take them of its own accord. */
  readonly extendedMessages?: boolean;
  /** It keeps our routes when we restart (RFC 4724), where it doesn't of its own accord. */
  readonly gracefulRestart?: boolean;
}

export interface Session {
  /** In the router's own word. */
  readonly state: string;
  readonly isEstablished: boolean;
  /** As negotiated, in seconds; only of a session that is established. */
  readonly holdTime?: number;
  /** UPDATEs that came, or routes in them: it grows when something is told once more. */
  readonly updates: number;
  /** Beginnings and ends of what was told once more (RFC 7313); of a router that was asked to tell. */
  readonly marks?: number;
  /** Of the neighbor, in the words of RFC 9234, where it named one. */
  readonly role?: string;
  /** Messages of more than 4096 octets are agreed on, where the router tells. */
  readonly hasLongMessages?: boolean;
}

/** Lists are sorted; communities in the words of `model/community` as far as the router tells what they are. */
export interface RouterRoute {
  readonly prefix: string;
  /** The global one first. */
  readonly nextHops: readonly string[];
  readonly asPath: readonly number[];
  readonly origin: 'igp' | 'egp' | 'incomplete';
  /** OpenBGPD tells no 0 from none. */
  readonly med?: number;
  /** Of a neighbor of another AS: none, even where the router shows its own default. */
  readonly localPreference?: number;
  readonly communities: readonly string[];
  readonly largeCommunities: readonly string[];
  /** `target4:…` comes as `target:…` from all but GoBGP and ExaBGP. */
  readonly extendedCommunities: readonly string[];
  /** RFC 9234 §5. */
  readonly otc?: number;
}

export type RouterProgram = 'bird' | 'frr' | 'gobgp' | 'openbgpd' | 'exabgp';

/** What a kind knows to do. */
export interface RouterKind {
  readonly program: RouterProgram;
  readonly release: Release;
  /** Of that release: a command that prints its version. */
  readonly tellsVersion: readonly string[];
  /** The text of its configuration: the example, with what the options say in the place of what it says. */
  configure(options: RouterOptions, files: RouterFiles): string;
  /** Started, and answering its command line. */
  launch(options: RouterOptions, files: RouterFiles): Promise<Run>;
}

/** `file('sock')`: a path of this router's own, for the file of that kind. */
export interface RouterFiles {
  readonly config: string;
  file(kind: string): string;
}

/** A router from its start to its end. */
export interface Run {
  /** Those that we started; what they start is theirs. */
  readonly processes: readonly Started[];
  session(neighbor: RouterNeighbor): Promise<Session>;
  routes(): Promise<RouterRoute[]>;
  /** Asks the neighbor for all its routes once more (RFC 2918). Throws where the router has no command for it. */
  refresh(neighbor: RouterNeighbor): Promise<void>;
  /** What is to be done after the end, besides ending the processes. */
  cleanUp?(): Promise<void>;
}
