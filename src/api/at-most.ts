/** So many at once, and the next one is told to come again. PURE. */
import { ApiProblem } from './problem.ts';

export function atMost(most: number): <T>(act: () => Promise<T>) => Promise<T> {
  let running = 0;
  return async (act) => {
    if (running >= most) {
      throw new ApiProblem(503, `${most} of this are being answered already`, { headers: { 'Retry-After': '1' } });
    }
    running++;
    try {
      return await act();
    } finally {
      running--;
    }
  };
}
