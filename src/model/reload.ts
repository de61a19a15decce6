/** What became of a reload: the settings that changed, or all that is wrong with the new ones, of which none is in force then. */

export interface SettingChange {
  /** The configuration key; of a peer's password also whose it is; `api-token-file: content` of what stands in a file. */
  readonly key: string;
  /** As it is given in a flag; of a long list what is in one of both alone. Empty for nothing; of a secret `***`. */
  readonly before: string;
  readonly after: string;
  /** Of a long list: what is gone, and what has come. */
  readonly isDifference?: true;
}

/** What stands for it, on both sides. */
export const HIDDEN = '***';

export interface ReloadProblem {
  /** `/etc/ha2bgp.yaml:3:10: network`, `--network`, `HA2BGP_NETWORK_FILTER`, or what of this host. */
  readonly place: string;
  readonly text: string;
}

export type ReloadResult =
  | { readonly ok: true; readonly changed: readonly SettingChange[] }
  | { readonly ok: false; readonly problems: readonly ReloadProblem[] };
