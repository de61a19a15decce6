/** No hints are to be had here, and why: the host lacks something, or does not permit it. PURE. */
export class HintsError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause });
    this.name = 'HintsError';
  }
}
