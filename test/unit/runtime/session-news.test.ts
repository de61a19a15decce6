import { describe, expect, it } from 'vitest';
import { ms } from '../../../src/model/millis.ts';
import { createSessionNews, type SessionChange } from '../../../src/runtime/session-news.ts';
import { SteppedClock } from '../../helpers/stepped-clock.ts';

const MINUTE = 60_000;
const change = (type: SessionChange['type'], peer = 'r1'): SessionChange => ({ type, sink: 'speaker', peer });

function rig() {
  const clock = new SteppedClock();
  const noted: { at: number; type: string; peer: string; unnoted: number | undefined }[] = [];
  const news = createSessionNews(clock, (at, { type, peer, unnoted }) => noted.push({ at, type, peer, unnoted }));
  const flap = (times: number, peer?: string): void => {
    for (let index = 0; index < times; index++) {
      news.heard(clock.now(), change(index % 2 === 0 ? 'peer-down' : 'peer-up', peer));
      clock.advance(1_000);
    }
  };
  return { clock, noted, news, flap };
}

describe('what is noted of sessions', () => {
  it('is each change as it comes, at the time that it was', () => {
    const { noted, news } = rig();
    news.heard(ms(500), change('peer-down'));
    expect(noted).toEqual([{ at: 500, type: 'peer-down', peer: 'r1', unnoted: undefined }]);
  });

  it('is little of a peer that comes and goes all day, with how it stood last and how often; and all of the others', () => {
    const { clock, noted, news, flap } = rig();
    flap(24 * 60 * 60);
    const day = 24 * 60;
    expect(noted.length).toBeLessThan(20 + day / 10 + 2);
    expect(noted.length + noted.reduce((sum, { unnoted = 0 }) => sum + unnoted, 0)).toBeGreaterThan(86_000);
    news.heard(clock.now(), change('peer-down', 'r2'));
    expect(noted.at(-1)).toMatchObject({ peer: 'r2' });
    const goneAt = clock.now();
    news.heard(goneAt, change('peer-down'));
    clock.advance(10 * MINUTE);
    expect(noted.at(-1)).toMatchObject({ at: goneAt, type: 'peer-down', peer: 'r1' });
    clock.advance(24 * 60 * MINUTE);
    expect(clock.pending()).toEqual([]);
    const before = noted.length;
    flap(20);
    expect(noted).toHaveLength(before + 20);
  });

  it('is noted at the end, if it waited', () => {
    const { clock, noted, news, flap } = rig();
    flap(22);
    expect(noted).toHaveLength(20);
    news.close();
    expect(noted.slice(20)).toMatchObject([{ type: 'peer-up', unnoted: 1 }]);
    expect(clock.pending()).toEqual([]);
  });
});
