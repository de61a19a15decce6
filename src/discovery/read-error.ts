/** Which errors mean that facts could not be read: all that leaves the last facts in force. Others are mistakes of ours. */
import { BytesError } from '../bytes/reader.ts';
import { NativeError } from '../runtime/native.ts';
import { NamespaceError } from './namespace.ts';
import { NetlinkError } from './netlink/requests.ts';

/** The kernel refused, was interrupted or made no sense; or the namespace that was to be read is not there. */
export const isReadError = (error: unknown): error is Error =>
  error instanceof NativeError ||
  error instanceof NetlinkError ||
  error instanceof BytesError ||
  error instanceof NamespaceError;

/** What `act` returns, or `undefined` and a line among the failures. What is no such failure goes on its way. */
export function attempt<T>(act: () => T, failures: string[]): T | undefined {
  try {
    return act();
  } catch (error) {
    if (!isReadError(error)) throw error;
    failures.push(error.message);
    return undefined;
  }
}

/** The same for what is read in several steps. */
export function* attemptSteps<T>(steps: Generator<void, T>, failures: string[]): Generator<void, T | undefined> {
  try {
    return yield* steps;
  } catch (error) {
    if (!isReadError(error)) throw error;
    failures.push(error.message);
    return undefined;
  }
}
