/** The releases of ExaBGP whose parsers are known here; they differ in details, and each is asked. */
export type Release = '4.2' | '5.0';
export const RELEASES: readonly Release[] = ['4.2', '5.0'];
