/** What was asked for cannot be had on this host: a session without it would not be what was asked for. */
export class SpeakerError extends Error {
  constructor(message: string, cause?: Error) {
    super(message, { cause });
    this.name = 'SpeakerError';
  }
}
