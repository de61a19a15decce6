/** `ha2bgp demo` from its words. */
import type { Answer } from '../call.ts';
import { demo } from '../demo/demo.ts';
import { DemoError } from '../demo/demo-error.ts';
import { complain, STATUS } from '../output.ts';

export const answer: Answer = async ({ environment, lifecycle }) => {
  try {
    await demo(environment, lifecycle);
  } catch (error) {
    if (!(error instanceof DemoError)) throw error;
    complain([{ place: 'demo', text: error.message }]);
    lifecycle.fail(STATUS.bad);
  }
  return undefined;
};
