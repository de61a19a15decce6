import { getEventListeners } from 'node:events';
import { expect, it } from 'vitest';
import { pause } from '../../../web/pause.js';

it('ends in time, and leaves nothing behind', async () => {
  const { signal } = new AbortController();
  for (let time = 0; time < 5; time++) await pause(1, signal);
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

it('ends at once when it is told to, before or meanwhile', async () => {
  const [before, meanwhile] = [new AbortController(), new AbortController()];
  before.abort(new Error('before'));
  await expect(pause(1e9, before.signal)).rejects.toThrow('before');
  const paused = pause(1e9, meanwhile.signal);
  meanwhile.abort(new Error('meanwhile'));
  await expect(paused).rejects.toThrow('meanwhile');
});
