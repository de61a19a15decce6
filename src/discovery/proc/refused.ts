/** Which settings cannot be followed with facts from /proc, PURE: by their flag, and why. */
export const NEEDS_NETLINK: Readonly<Record<string, string>> = {
  device: '/proc does not tell which device an IPv4 address is assigned to',
  'device-label': '/proc does not show the labels of addresses',
  netns: '/proc shows the network namespace of its reader, and another one is entered to open netlink sockets',
  'require-carrier':
    '/proc does not tell whether a link works, and /sys may show the devices of another network namespace',
  'accept-queue-full': '/proc shows how many connections wait for a listener, but not how many may',
  anyip: '/proc does not tell whether the kernel or an administrator made a local route',
};
