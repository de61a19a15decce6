/** What is wrong with the value of a path attribute, PURE. */
import { UPDATE_ERROR } from './codes.ts';

export interface Problem {
  /** Of "UPDATE message error" (RFC 4271 §6.3). */
  readonly subcode: number;
  /** Into what the value stands in. */
  readonly at: number;
  readonly problem: string;
}

export const isProblem = (value: object): value is Problem => 'problem' in value;

/** Of a value from `start` to `end`. */
export const wrongLength = (start: number, end: number, expected: string): Problem => ({
  subcode: UPDATE_ERROR.attributeLength,
  at: start,
  problem: `${end - start} octets where it is ${expected}`,
});

export const wrongValue = (subcode: number, at: number, problem: string): Problem => ({ subcode, at, problem });
