/**
 * What every part of the page is handed.
 */
/** @import { Connection } from './connection.js' */
/** @import { Choice } from './service-list.js' */
/** @import { Store } from './store.js' */
/** @import { ServiceView } from '../src/model/view.ts' */
/** @import { Prefix } from '../src/model/address.ts' */

/**
 * @typedef {object} App
 * @property {Store} store
 * @property {Connection} connection
 * @property {Choice & { open: Prefix | undefined, most: number, spanMs: number }} choice What people have chosen to see:
 *   `open` has its details shown, `most` rows are drawn.
 * @property {() => boolean} isLive Whether what is shown is how it is.
 * @property {() => number} seenAt The daemon's time; while that is not heard, when it was heard last.
 * @property {() => boolean} mayChange
 * @property {() => void} redraw Soon.
 * @property {(words: string) => void} tell What came of something that was done.
 * @property {(of: ServiceView | 'all') => void} askDrain
 * @property {(target: string) => void} askUndrain
 * @property {(why?: string) => void} askToken
 */

export {};
