/** NOTIFICATION, PURE: RFC 4271 §4.5, its shutdown communication RFC 9003. */

export interface Notification {
  readonly code: number;
  readonly subcode: number;
  readonly data: Uint8Array;
}
