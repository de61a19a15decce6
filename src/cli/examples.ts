/** What stands at the end of the general help. */
export const EXAMPLES = `
Examples:
  See it work, on this host alone, for half a minute:
    $ ha2bgp demo

  Try it on one host: announces 127.0.0.9 while something listens on its port 80 or 443.
    $ ha2bgp

  Announce every address of a network that is served on port 53.
    $ ha2bgp --network 192.0.2.0/24 --listen-filter "sport = :53"

  IPv4 and IPv6; IPv6 needs a next hop.
    $ ha2bgp --network 192.0.2.0/24 --network 2001:db8:1::/48 --nexthop 2001:db8::1

  Under ExaBGP, in its configuration:
    process ha { run /usr/bin/ha2bgp --network 192.0.2.0/24; encoder text; }

  Straight to a router, without ExaBGP:
    $ ha2bgp --network 192.0.2.0/24 --bgp-backend speaker --local-as 65000 --router-id 10.1.1.1 --peer 10.1.1.254,as=65001

  What a running one does, why an address is not announced, and how to take it out of use:
    $ ha2bgp status
    $ ha2bgp explain 192.0.2.1
    $ ha2bgp drain 192.0.2.1 --for 30m --reason "new kernel"

  What was decided last night, and what a longer withdraw delay would have done:
    $ ha2bgp run --network 192.0.2.0/24 --record /var/lib/ha2bgp/recording
    $ ha2bgp replay /var/lib/ha2bgp/recording --withdraw-delay 10s

Each option can be set in the environment as well, under the name in parentheses; a flag wins. Lists are separated by
commas there.
`;
