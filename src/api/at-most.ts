/** So many at once, and the next one is told to come again. PURE. */
import { ApiProblem } from './problem.ts';

/** Takes one of so many places; what is returned gives it back, and more than once does no harm. Throws `ApiProblem` 503. */
export function placesOf(most: number): () => () => void {
  let taken = 0;
  return () => {
    if (taken >= most) {
      throw new ApiProblem(503, `${most} of this are being answered already`, { headers: { 'Retry-After': '1' } });
    }
    taken++;
    let isBack = false;
    return () => {
      if (!isBack) taken--;
      isBack = true;
    };
  };
}

export function atMost(most: number): <T>(act: () => Promise<T>) => Promise<T> {
  const take = placesOf(most);
  return async (act) => {
    const giveBack = take();
    try {
      return await act();
    } finally {
      giveBack();
    }
  };
}
