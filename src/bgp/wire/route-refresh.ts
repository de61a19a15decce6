/** ROUTE-REFRESH, PURE: RFC 2918 §3, RFC 7313 §3.2. */

export interface RouteRefresh {
  readonly afi: number;
  readonly safi: number;
  /** 0 for a request; 1 and 2 for beginning and end of an enhanced one. */
  readonly subtype: number;
}
