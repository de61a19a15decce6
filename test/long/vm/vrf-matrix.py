"""
Runs in the virtual machine, as root: what ha2bgp announces of this host, beside what really reaches a listener.

The host has two VRFs, and addresses and local routes inside and outside of them. Clients stand behind cables: two come in
outside of any VRF, one of them by a bridge (d1, p1), two in red (r1, r2), one in blue (b1). For each way to bind a
listener, every address is tried through the cables of its VRF. One JSON object a line on stdout.

    vrf-matrix.py NODE HA2BGP
"""
import contextlib
import ctypes
import json
import os
import resource
import select
import socket
import subprocess
import sys
import threading
import time

PORT, SENTINEL = 7000, ('127.99.0.1', 6999)
OUTSIDE = 'outside'
# Device of the host → the VRF that it is in. The other end of each cable is called c-DEVICE.
CABLES = {'d1': '', 'p1': '', 'r1': 'red', 'r2': 'red', 'b1': 'blue'}
# Ports, each of a bridge.
BRIDGES = {'p1': 'br0'}
TABLES = {'red': 1001, 'blue': 1002}
# Name → the VRF from whose devices it can be reached; number, unlike any other's; and how the host comes to have it.
PLACES = {
    'on a dummy': ('', 1, 'address', 'dum0', None),
    'on a cable': ('', 2, 'address', 'd1', None),
    'on lo': ('', 3, 'address', 'lo', None),
    'on a bridge': ('', 6, 'address', 'br0', None),
    'local route': ('', 4, 'route', 'lo', 'local'),
    'local route by a device of red': ('', 5, 'route', 'dred', 'local'),
    'red, on a dummy': ('red', 11, 'address', 'dred', None),
    'red, on a cable': ('red', 12, 'address', 'r1', None),
    'red, on red': ('red', 13, 'address', 'red', None),
    'red, local route by red': ('red', 14, 'route', 'red', '1001'),
    'red, local route by lo': ('red', 15, 'route', 'lo', '1001'),
    'red, local route by a device of none': ('red', 16, 'route', 'dum0', '1001'),
    'red, local route by a device of red': ('red', 17, 'route', 'dred', '1001'),
    'blue, on a cable': ('blue', 21, 'address', 'b1', None),
    'blue, on a dummy': ('blue', 22, 'address', 'dblue', None),
}
BINDINGS = ['', 'red', 'r1', 'r2', 'dred', 'blue', 'b1', 'd1', 'br0', 'p1', 'dum0', 'lo']
# All but the plain wildcard with IP_TRANSPARENT.
KINDS = ['address', 'wildcard', 'dual', 'plain']
V4, V6 = socket.AF_INET, socket.AF_INET6


def say(**what):
    print(json.dumps(what), flush=True)


def ip(*words):
    subprocess.run(['ip', *words], check=True)


def sysctl(name, value):
    with open(f'/proc/sys/{name}', 'w') as file:
        file.write(str(value))


def address_of(number, kind, family):
    last = 7 if kind == 'route' else 1
    return f'10.8.{number}.{last}' if family == V4 else f'fd10:8:{number}::{last}'


def prefix_of(number, kind, family):
    """What is announced for it."""
    if kind == 'route':
        return f'10.8.{number}.0/24' if family == V4 else f'fd10:8:{number}::/64'
    return address_of(number, kind, family) + ('/32' if family == V4 else '/128')


def build():
    for vrf, table in TABLES.items():
        ip('link', 'add', vrf, 'type', 'vrf', 'table', str(table))
        ip('link', 'set', vrf, 'up')
    for dummy, vrf in {'dum0': '', 'dred': 'red', 'dblue': 'blue'}.items():
        ip('link', 'add', dummy, 'type', 'dummy')
        if vrf:
            ip('link', 'set', dummy, 'master', vrf)
        ip('link', 'set', dummy, 'up')
    ip('netns', 'add', OUTSIDE)
    for number, (device, vrf) in enumerate(CABLES.items()):
        ip('link', 'add', device, 'type', 'veth', 'peer', 'name', f'c-{device}', 'netns', OUTSIDE)
        if vrf:
            ip('link', 'set', device, 'master', vrf)
        ip('link', 'set', device, 'up')
        end = BRIDGES.get(device, device)
        if end != device:
            ip('link', 'add', end, 'type', 'bridge')
            ip('link', 'set', end, 'up')
            ip('link', 'set', device, 'master', end)
        ip('addr', 'add', f'192.168.{number}.1/24', 'dev', end)
        ip('addr', 'add', f'fd20:{number}::1/64', 'dev', end, 'nodad')
        ip('-n', OUTSIDE, 'addr', 'add', f'192.168.{number}.2/24', 'dev', f'c-{device}')
        ip('-n', OUTSIDE, 'addr', 'add', f'fd20:{number}::2/64', 'dev', f'c-{device}', 'nodad')
        ip('-n', OUTSIDE, 'link', 'set', f'c-{device}', 'up')
        metric = ['metric', str(number + 1)]
        ip('-n', OUTSIDE, 'route', 'add', '10.0.0.0/8', 'via', f'192.168.{number}.1', 'dev', f'c-{device}', *metric)
        ip('-n', OUTSIDE, 'route', 'add', 'fd10::/16', 'via', f'fd20:{number}::1', 'dev', f'c-{device}', *metric)
    for _, number, kind, device, table in PLACES.values():
        for family in (V4, V6):
            prefix = prefix_of(number, kind, family)
            if kind == 'route':
                version = '-4' if family == V4 else '-6'
                ip(version, 'route', 'add', 'local', prefix, 'dev', device, 'table', table)
            else:
                ip('addr', 'add', prefix, 'dev', device, *(['nodad'] if family == V6 else []))
    # A datagram that nobody takes is told so at once.
    for name, value in {'ipv4/icmp_ratelimit': 0, 'ipv4/icmp_msgs_per_sec': 100000, 'ipv4/icmp_msgs_burst': 100000,
                        'ipv6/icmp/ratelimit': 0}.items():
        sysctl(f'net/{name}', value)


@contextlib.contextmanager
def outside():
    """Sockets that are made inside stand behind the cables."""
    libc = ctypes.CDLL(None, use_errno=True)
    home = os.open('/proc/self/ns/net', os.O_RDONLY)
    away = os.open(f'/run/netns/{OUTSIDE}', os.O_RDONLY)
    try:
        if libc.setns(away, 0) != 0:
            raise OSError(ctypes.get_errno(), 'setns')
        yield
    finally:
        libc.setns(home, 0)
        os.close(home)
        os.close(away)


def bind_to(sock, device):
    if device:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device.encode())


def listening(kind, family, address, device, port, v6only=True, transparent=True):
    IP_TRANSPARENT, IPV6_TRANSPARENT = 19, 75
    sock = socket.socket(family, kind)
    sock.setblocking(False)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if transparent:
        # It may be bound to what it could not be otherwise, and answers from there: an address of a VRF that it is not in.
        sock.setsockopt(socket.IPPROTO_IP, IP_TRANSPARENT, 1)
        if family == V6:
            sock.setsockopt(socket.IPPROTO_IPV6, IPV6_TRANSPARENT, 1)
    if family == V6:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, int(v6only))
    bind_to(sock, device)
    sock.bind((address, port))
    if kind == socket.SOCK_STREAM:
        sock.listen(512)
    return sock


def everywhere():
    """Every address that is tried: its place, family, and text."""
    for place, (_, number, is_a, _, _) in PLACES.items():
        for family in (V4, V6):
            yield place, family, address_of(number, is_a, family)


def listeners(kind, device, how, port):
    if how in ('wildcard', 'plain'):
        return [
            listening(kind, family, address, device, port, transparent=how == 'wildcard')
            for family, address in ((V4, '0.0.0.0'), (V6, '::'))
        ]
    if how == 'dual':
        return [listening(kind, V6, '::', device, port, v6only=False)]
    return [listening(kind, family, address, device, port) for _, family, address in everywhere()]


def try_all(kind):
    """
    For every way to listen and every address: the devices through which it is reached, '' for the host itself. What is
    reached is told by a connection that is made, or a datagram that arrives.
    """
    ways = [(device, how) for device in BINDINGS for how in KINDS]
    held = {sock.fileno(): sock for number, way in enumerate(ways) for sock in listeners(kind, *way, PORT + number)}
    poll = select.poll()
    probes = {}

    def probe(source, bound_to, way, port, family, address):
        sock = socket.socket(family, kind)
        sock.setblocking(False)
        bind_to(sock, bound_to)
        probes[sock.fileno()] = sock, source, way, address
        with contextlib.suppress(OSError):  # in progress, or no route
            sock.connect((address, port))
            sock.send(str(sock.fileno()).encode())
        poll.register(sock, select.POLLOUT if kind == socket.SOCK_STREAM else 0)

    for number, way in enumerate(ways):
        for place, family, address in everywhere():
            vrf = PLACES[place][0]
            probe('', vrf, way, PORT + number, family, address)
            with outside():
                for device in (device for device, of in CABLES.items() if of == vrf):
                    probe(device, f'c-{device}', way, PORT + number, family, address)
    if kind == socket.SOCK_DGRAM:
        for fd in held:
            poll.register(fd, select.POLLIN)
    found = {(*way, address): set() for way in ways for _, _, address in everywhere()}
    # Not every refusal is heard of: what nobody took by then is taken by nobody.
    while ready := poll.poll(2000):
        for fd, _ in ready:
            if fd not in held:
                poll.unregister(fd)
                reached = fd if probes[fd][0].getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0 else None
            else:
                reached = int(held[fd].recv(100))
            if reached is not None and (kind == socket.SOCK_STREAM or fd in held):
                _, source, way, address = probes[reached]
                found[(*way, address)].add(source)
    for sock in [*held.values(), *(probe[0] for probe in probes.values())]:
        sock.close()
    return found


class Daemon:
    def __init__(self, *words):
        self.announced = set()
        self.changed = threading.Condition()
        self.process = subprocess.Popen(words, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.process.stdout:
            words = line.split()
            # Many at once are told in groups.
            prefixes = words[2:3] if words[1] == 'route' else words[words.index('nlri') + 1:]
            with self.changed:
                change = self.announced.update if words[0] == 'announce' else self.announced.difference_update
                change(prefixes)
                self.changed.notify_all()

    def wait(self, what, seconds=30):
        start = time.monotonic()
        with self.changed:
            if not self.changed.wait_for(lambda: what(self.announced), seconds):
                return None
        return round(time.monotonic() - start, 2)

    def settle(self):
        """All that was so before this call is told: a listener is seen to come and to go."""
        sentinel = SENTINEL[0] + '/32'
        held = listening(socket.SOCK_STREAM, V4, SENTINEL[0], '', SENTINEL[1])
        assert self.wait(lambda announced: sentinel in announced) is not None, 'no sentinel'
        held.close()
        assert self.wait(lambda announced: sentinel not in announced) is not None, 'the sentinel stays'
        with self.changed:
            return set(self.announced)


def compare(daemon, protocol, accepts):
    kind = socket.SOCK_STREAM if protocol == 'tcp' else socket.SOCK_DGRAM
    announced = {}
    for device in BINDINGS:
        for how in KINDS:
            held = listeners(kind, device, how, PORT)
            announced[device, how] = daemon.settle()
            for sock in held:
                sock.close()
    for (device, how, address), sources in try_all(kind).items():
        [(place, family)] = [(place, family) for place, family, each in everywhere() if each == address]
        _, number, is_a, _, _ = PLACES[place]
        prefixes = {prefix_of(number, is_a, family)}
        if how == 'address':
            prefixes.add(address + ('/32' if family == V4 else '/128'))
        say(cell={'protocol': protocol, 'accepts': accepts, 'device': device, 'how': how, 'place': place,
                  'family': 'ipv4' if family == V4 else 'ipv6'},
            prefixes=sorted(prefixes), announced=sorted(prefixes & announced[device, how]), reachedThrough=sorted(sources))


def set_accept(tcp, udp):
    sysctl('net/ipv4/tcp_l3mdev_accept', tcp)
    sysctl('net/ipv4/udp_l3mdev_accept', udp)


def watch_sysctl(daemon):
    """How long it takes until a change of the sysctls is seen, one each way."""
    tcp, udp = address_of(11, 'address', V4), address_of(12, 'address', V4)
    held = [listening(socket.SOCK_STREAM, V4, tcp, '', PORT), listening(socket.SOCK_DGRAM, V4, udp, '', PORT)]
    before = [f'{address}/32' in daemon.settle() for address in (tcp, udp)]
    set_accept(1, 0)
    took = daemon.wait(lambda announced: f'{tcp}/32' in announced and f'{udp}/32' not in announced)
    say(sysctl={'before': before, 'seconds': took})
    for sock in held:
        sock.close()


def watch_dummies(daemon):
    """A wildcard listener and addresses with a network around them; then their device goes."""
    held = listeners(socket.SOCK_STREAM, '', 'wildcard', PORT)
    for number, device in (33, 'd1'), (32, 'dred'), (31, 'dum0'):
        ip('addr', 'add', f'10.8.{number}.1/24', 'dev', device)
        ip('addr', 'add', f'fd10:8:{number}::1/64', 'dev', device, 'nodad')

    def wide(number):
        return {f'10.8.{number}.1/32', f'fd10:8:{number}::1/128'}

    there = daemon.wait(lambda announced: wide(31) | wide(32) <= announced)
    daemon.settle()
    others = sorted(wide(33) & daemon.announced)
    ip('link', 'delete', 'dum0')
    gone = daemon.wait(lambda announced: not wide(31) & announced)
    say(dummies={'announced': there is not None, 'others': others, 'withdrawn': gone is not None})
    for sock in held:
        sock.close()


def main(node, ha2bgp):
    build()
    set_accept(0, 1)
    resource.setrlimit(resource.RLIMIT_NOFILE, (20000, 20000))
    daemon = Daemon(node, ha2bgp, '--network', '10.8.0.0/16', '--network', 'fd10:8::/32', '--network', '127.99.0.0/16',
                    '--listen-filter', f'sport = :{PORT} or sport = :{SENTINEL[1]}', '--protocol', 'tcp,udp',
                    '--anyip', '--wildcard', 'host-routes', '--nexthop-self-ipv6', '--announce-delay', '0', '--no-dampening',
                    '--withdraw-delay', '0', '--interval', '50ms', '--bgp-backend', 'test', '--log-level', 'warn')
    compare(daemon, 'tcp', False)
    compare(daemon, 'udp', True)
    watch_sysctl(daemon)
    compare(daemon, 'tcp', True)
    compare(daemon, 'udp', False)
    watch_dummies(daemon)
    daemon.process.terminate()
    say(ended=daemon.process.wait(), seconds=time.monotonic())


main(*sys.argv[1:])
