"""The host with its addresses and listeners, the BIRDs behind it, and the daemon, alone or under an ExaBGP."""
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import time

import settings as given

IP_FREEBIND = 15


def run(*words, check=True):
    done = subprocess.run(words, capture_output=True, text=True)
    if check and done.returncode:
        raise RuntimeError(f"{words}: {done.stderr}{done.stdout}")
    return done.stdout


class Host:
    def __init__(self):
        self.addresses, self.listeners, self.wildcards = set(), {}, {}
        run("ip", "link", "set", "lo", "up")
        for last in (1, 2, 3):
            run("ip", "address", "add", f"10.1.1.{last}/24", "dev", "lo")
        self.toggle_address(given.STEADY)
        for port in given.PORTS:
            self.toggle_listener(given.STEADY, port)

    def toggle_address(self, address):
        is_there = address in self.addresses
        run("ip", "address", "del" if is_there else "add", f"{address}/32", "dev", "lo")
        (self.addresses.discard if is_there else self.addresses.add)(address)

    def toggle_listener(self, address, port):
        if (address, port) in self.listeners:
            self.listeners.pop((address, port)).close()
        else:
            self.listeners[address, port] = opened(address, port)

    def toggle_wildcard(self, port):
        if port in self.wildcards:
            self.wildcards.pop(port).close()
        else:
            self.wildcards[port] = opened("0.0.0.0", port)


def opened(address, port):
    it = socket.socket()
    # The address may come later.
    it.setsockopt(socket.IPPROTO_IP, IP_FREEBIND, 1)
    # One on all addresses, beside those on some.
    it.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    it.bind((address, port))
    it.listen()
    return it


class Bird:
    def __init__(self, place, address, their_as):
        self.address, self.place = address, f"{place}/bird-{address}"
        with open(f"{self.place}.conf", "w") as out:
            out.write(f"""router id {address};
protocol device {{ }}
protocol bgp ha {{
  local {address} as {their_as}; neighbor {given.US} as {given.OUR_AS}; strict bind on; passive on; multihop;
  hold time 30; error wait time 1, 2; ipv4 {{ import all; export none; }};
}}
""")
        self.start()

    def start(self):
        words = ["bird", "-f", "-c", f"{self.place}.conf", "-s", f"{self.place}.ctl"]
        self.process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def stop(self, how):
        self.process.send_signal(how)
        self.process.wait()

    def ask(self, *words, check=True):
        return run("birdc", "-s", f"{self.place}.ctl", *words, check=check)

    def is_up(self):
        return "Established" in self.ask("show", "protocols", "ha", check=False)

    def routes(self):
        """Prefix → MED, communities, LOCAL_PREF."""
        found, last = {}, {}
        for line in self.ask("show", "route", "all").replace("\n\t\t", " ").split("\n"):
            if route := re.match(r"^(\S+/\d+) +\S+", line):
                last = found[route[1]] = {}
            if attribute := re.match(r"^\t(BGP\.\w+): ?(.*)$", line):
                last[attribute[1]] = attribute[2]
        return {prefix: words_of(said) for prefix, said in found.items()}


def words_of(said):
    communities = re.findall(r"\((\d+),(\d+)\)", said.get("BGP.community", ""))
    med = int(said["BGP.med"]) if "BGP.med" in said else None
    return (med, tuple(sorted(":".join(each) for each in communities)), int(said.get("BGP.local_pref", 100)))


class Connection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("ha2bgp")
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(10)
        self.sock.connect(self.path)


class Daemon:
    """Under ExaBGP, unless it is the speaker."""

    def __init__(self, place, program, backend):
        self.place, self.program, self.backend = place, program, backend
        self.socket, self.config, self.data = f"{place}/a.sock", f"{place}/ha2bgp.yaml", f"{place}/data"

    def start(self):
        words = ["node", self.program, "run", "--config", self.config]
        err = open(f"{self.place}/err", "a")
        if self.backend == "speaker":
            self.process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=err)
            return
        with open(f"{self.place}/run", "w") as out:
            out.write(f"#!/bin/sh\nexec {' '.join(words)} 2>>{self.place}/err\n")
        os.chmod(f"{self.place}/run", 0o755)
        with open(f"{self.place}/exabgp.conf", "w") as out:
            out.write(f"""process ha {{ run {self.place}/run; encoder text; }}
neighbor 10.1.1.2 {{
  router-id {given.US}; local-address {given.US}; local-as {given.OUR_AS}; peer-as {given.OUR_AS}; hold-time 30;
  family {{ ipv4 unicast; }} api {{ processes [ ha ]; neighbor-changes; }}
}}
""")
        wishes = {"daemon.user": "root", "daemon.drop": "false", "cli.pipe": "", "api.cli": "false", "tcp.bind": ""}
        wishes["log.level"] = "WARNING"
        env = {**os.environ, **{f"exabgp.{name}": value for name, value in wishes.items()}}
        env["HA2BGP_STATE_DIR"] = f"{self.place}/state"
        words = ["/usr/bin/python3", "/usr/sbin/exabgp", f"{self.place}/exabgp.conf"]
        self.process = subprocess.Popen(words, env=env, stdout=err, stderr=err)

    def pid(self):
        if self.backend == "speaker":
            return self.process.pid
        end = time.time() + 70
        while time.time() < end:
            with open(f"/proc/{self.process.pid}/task/{self.process.pid}/children") as children:
                for child in children.read().split():
                    if b"ha2bgp.js" in read(f"/proc/{child}/cmdline"):
                        return int(child)
            time.sleep(0.02)
        raise RuntimeError("ExaBGP does not start it")

    def ask(self, method, path, body=None):
        connection = Connection(self.socket)
        try:
            headers = {} if body is None else {"content-type": "application/json"}
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            connection.close()

    def wait(self, within=70):
        """Until it answers; returns its status."""
        end = time.time() + within
        while True:
            try:
                return self.ask("GET", "/v1/status")[1]
            except (OSError, http.client.HTTPException, ValueError) as error:
                if time.time() > end:
                    raise RuntimeError(f"no answer: {error!r}") from error
                time.sleep(0.05)

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(20)


def read(file):
    try:
        with open(file, "rb") as it:
            return it.read()
    except OSError:
        return b""
