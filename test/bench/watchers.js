// Who looks on, through the control socket: scrapes, and streams of events that are read.
import http from 'node:http';
import { now } from './processes.js';

const SCRAPE_EVERY_MS = 15_000;
/** As many as the issue of a busy page: each browser tab has one. */
export const STREAMS = 50;

/** The answer, all of it: milliseconds until its end, and how long it is. */
export function ask(socketPath, path) {
  const since = now();
  return new Promise((resolve, reject) => {
    http
      .get({ socketPath, path, agent: false }, (response) => {
        let length = 0;
        let lines = 0;
        response.on('data', (chunk) => {
          length += chunk.length;
          for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) lines++;
        });
        response.on('end', () =>
          response.statusCode === 200
            ? resolve({ ms: now() - since, length, lines })
            : reject(new Error(`${path}: ${response.statusCode}`)),
        );
      })
      .on('error', reject);
  });
}

/** So many streams, once they all run. `heard()`: the octets of all of them. */
export async function openStreams(socketPath, count = STREAMS) {
  const requests = [];
  let octets = 0;
  await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise((resolve, reject) => {
          const request = http.get({ socketPath, path: '/v1/events', agent: false }, (response) => {
            response.on('data', (chunk) => {
              octets += chunk.length;
            });
            response.on('error', () => {}); // it is closed in the midst of it
            if (response.statusCode === 200) resolve();
            else reject(new Error(`/v1/events: ${response.statusCode}`));
          });
          request.on('error', reject);
          requests.push(request);
        }),
    ),
  );
  return {
    heard: () => octets,
    close: () => {
      for (const request of requests) request.destroy();
    },
  };
}

/** Both, until closed; `scrapes()` is how many there were. */
export async function watch(socketPath) {
  const streams = await openStreams(socketPath);
  let scrapes = 0;
  let failure;
  const scrape = () =>
    ask(socketPath, '/metrics').then(
      () => scrapes++,
      (error) => {
        failure = error;
      },
    );
  await scrape();
  const timer = setInterval(scrape, SCRAPE_EVERY_MS);
  return {
    close() {
      clearInterval(timer);
      streams.close();
      if (failure !== undefined) throw failure;
      if (streams.heard() === 0) throw new Error('no stream heard of anything');
      return scrapes;
    },
  };
}
