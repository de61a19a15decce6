// What a process that is nothing but the speaker says of its peers, all of it: settings come from the command line otherwise.

/** `changed`: where they are, at least: address, port, localAddress. */
export const peerOf = (changed) => ({
  ...{ device: '', as: 65_001, localAs: 65_000, passive: false, holdTime: 90, connectRetry: 1_000 },
  ...{ families: ['ipv4', 'ipv6'], nextHop: {}, attributes: {}, only: [], maxPrefix: 0 },
  ...{ extendedMessage: true, extendedNextHop: false, addPath: [], gracefulRestart: 0 },
  ...changed,
});
