"""A daemon that is operated at random, fast: main.py BACKEND SECONDS SEED PLACE PROGRAM, in namespaces of its own.

BACKEND is `speaker` (two BIRDs) or `exabgp` (ExaBGP, and a BIRD behind it). Listeners, addresses, drains, what is set by
hand, reloads good and bad, stand-stills and restarts of the daemon and of BIRD, a full disk; beside it those who ask all the
time, and those who ask for events and read none. At each quiet point the daemon's words and BIRD's table are held against a
model. Prints what does not agree, a line each, and ends with 1 then. What was done stands in PLACE/log.
"""
import copy
import http.client
import os
import random
import signal
import socket
import sys
import threading
import time

import settings as given
from comparison import disagreements
from model import Model
from surroundings import Bird, Connection, Daemon, Host, run

BACKEND, SECONDS, SEED, PLACE, PROGRAM = sys.argv[1], float(sys.argv[2]), int(sys.argv[3]), sys.argv[4], sys.argv[5]
PEERS = {"10.1.1.2": 65001, "10.1.1.3": given.OUR_AS} if BACKEND == "speaker" else {"10.1.1.2": given.OUR_AS}
# After the last thing that happened; ExaBGP waits up to a minute before it connects again.
QUIET_WITHIN, SESSION_WITHIN = 20, 90
MOST_PROBLEMS = 40
# ExaBGP ends itself after five starts of a process in a minute.
BETWEEN_STARTS = 0 if BACKEND == "speaker" else 20

pick = random.Random(SEED)
began = time.time()
log_file = open(f"{PLACE}/log", "w")
problems = 0


def log(*words):
    print(f"{time.time() - began:8.3f}", *words, file=log_file, flush=True)


def problem(text):
    global problems
    problems += 1
    log("PROBLEM", text)
    print(f"{time.time() - began:.0f} s: {text}", flush=True)


class Operator:
    def __init__(self):
        self.daemon = Daemon(PLACE, PROGRAM, BACKEND)
        self.host = Host()
        os.mkdir(self.daemon.data)
        run("mount", "-t", "tmpfs", "-o", "size=6m", "t", self.daemon.data)
        self.birds = {address: Bird(PLACE, address, their_as) for address, their_as in PEERS.items()}
        self.fixed = {
            **{"name": "operated", "data-dir": self.daemon.data, "control-socket": self.daemon.socket},
            **{"log-level": "debug", "log-to": f"file:{PLACE}/daemon.log"},
        }
        self.model = Model(self.host, given.any_settings(pick, BACKEND, PEERS, self.fixed))
        self.kept = {}
        self.is_full = False
        given.write(self.model.settings, self.daemon.config)
        self.start()
        self.daemon.wait()

    def start(self):
        self.started_at = time.time()
        self.daemon.start()

    def note_kept(self, answer):
        if not any("not kept" in remark for remark in answer["remarks"]):
            self.kept = copy.deepcopy(self.model.overrides)

    # What happens to the host.

    def address(self):
        address = pick.choice(given.ADDRESSES)
        log("address", address, address not in self.host.addresses)
        self.host.toggle_address(address)

    def listener(self):
        place = pick.choice(given.ADDRESSES), pick.choice(given.PORTS)
        log("listener", place, place not in self.host.listeners)
        self.host.toggle_listener(*place)

    def wildcard(self):
        port = pick.choice(given.PORTS)
        log("wildcard", port, port not in self.host.wildcards)
        self.host.toggle_wildcard(port)

    def of_host(self):
        pick.choice([self.address, self.listener, self.listener])()

    # What is said by hand.

    def drain(self):
        every = ["all", *given.AREAS, "10.64.0.0/24", "10.64.0.0/30", "198.51.100.0/24"]
        target = pick.choice([*every, *(f"{pick.choice(given.ADDRESSES)}/32" for _ in range(3))])
        length = pick.choice([None, 1, 3, 20])
        order = {"target": target, "why": "random", **({} if length is None else {"for": f"{length}s"})}
        code, answer = self.daemon.ask("POST", "/v1/drain", order)
        now = time.time()
        log("drain", target, length, code)
        if code != 200:
            return problem(f"drain {target}: {code} {answer}")
        self.model.forget_ended(now)
        before = self.model.overrides.get(f"drain {target}")
        withdraw_at = now + given.DRAIN_TIMES[self.model.settings["drain-time"]]
        self.model.overrides[f"drain {target}"] = {
            **{"kind": "drain", "target": target, "until": None if length is None else now + length},
            "withdraw_at": before["withdraw_at"] if before else withdraw_at,
        }
        self.note_kept(answer)

    def undrain(self):
        drains = {key: of for key, of in self.model.overrides.items() if of["kind"] == "drain"}
        target = pick.choice(["all", "10.64.0.0/24", *(of["target"] for of in drains.values())])
        now = time.time()
        code, answer = self.daemon.ask("POST", "/v1/undrain", {"target": target})
        log("undrain", target, code)
        ended = [
            key
            for key, of in drains.items()
            if target == "all" or (of["target"] != "all" and given.is_inside(of["target"], target))
        ]
        # Those that end by themselves at this moment may be ended or not.
        sure = [key for key in ended if drains[key]["until"] is None or drains[key]["until"] > now + 1]
        if (code == 200 and not ended) or (code != 200 and sure):
            problem(f"undrain {target}: {code} {answer}, there are {drains}")
        if code == 200:
            for key in ended:
                self.model.overrides.pop(key)
            self.note_kept(answer)

    def set(self):
        every = [*given.STATICS, *given.AREAS, *(f"{pick.choice(given.ADDRESSES)}/32" for _ in range(10))]
        prefix, to = pick.choice(every), pick.choice(["up", "down", "auto", "auto"])
        length = None if to == "auto" else pick.choice([None, 1, 5])
        order = {"prefix": prefix, "to": to, **({} if length is None else {"ttl": f"{length}s"})}
        code, answer = self.daemon.ask("POST", "/v1/set", order)
        now = time.time()
        log("set", prefix, to, length, code)
        if code != 200:
            return problem(f"set {prefix} {to}: {code} {answer}")
        self.model.overrides.pop(f"set {prefix}", None)
        if to != "auto":
            until = None if length is None else now + length
            self.model.overrides[f"set {prefix}"] = {"kind": to, "target": prefix, "until": until}
        self.note_kept(answer)

    # What happens to the daemon.

    def reload(self):
        if pick.random() < 0.2:
            return self.bad_reload()
        other = given.any_settings(pick, BACKEND, PEERS, self.fixed)
        after = given.changed_settings(pick, self.model.settings, other, self.fixed)
        given.write(after, self.daemon.config)
        log("reload", {key: value for key, value in after.items() if self.model.settings.get(key) != value})
        if pick.random() < 0.5:
            os.kill(self.daemon.pid(), signal.SIGHUP)
        else:
            code, answer = self.daemon.ask("POST", "/v1/reload")
            if code != 200:
                return problem(f"reload: {code} {answer}")
        self.model.settings = after

    def bad_reload(self):
        # One that was asked for by a signal may be under way, and must not read this.
        if self.daemon.ask("POST", "/v1/reload")[0] != 200:
            return problem("reload of what is in force")
        with open(self.daemon.config) as file:
            good = file.read()
        bad = ["{", '{"network": "10.0.0.1/24"}', good[:-1] + ', "nonsense": 1}', good.replace("operated", "other"), ""]
        for text in pick.choice(bad), good:
            with open(self.daemon.config, "w") as file:
                file.write(text)
            code = self.daemon.ask("POST", "/v1/reload")[0]
            if code != (200 if text == good else 422):
                problem(f"reload: {code} for {text}")

    def stand_still(self):
        pid, length = self.daemon.pid(), pick.uniform(0.3, 4)
        log("SIGSTOP", length)
        os.kill(pid, signal.SIGSTOP)
        end = time.time() + length
        while time.time() < end:
            self.of_host()
            time.sleep(0.15)
        os.kill(pid, signal.SIGCONT)

    def restart(self):
        if time.time() - self.started_at < BETWEEN_STARTS:
            return
        # Of another ExaBGP process nobody says how the sessions stand.
        if BACKEND == "exabgp" and not all(bird.is_up() for bird in self.birds.values()):
            return
        status, pid = self.daemon.wait(), self.daemon.pid()
        self.model.forget_ended(time.time())
        if "notKept" not in status["process"]:
            self.kept = copy.deepcopy(self.model.overrides)
        how = pick.choice([signal.SIGTERM, signal.SIGKILL])
        log("restart", how.name, status["process"].get("notKept", "kept"))
        os.kill(pid, how)
        self.model.overrides = copy.deepcopy(self.kept)
        if BACKEND == "speaker":
            ended = self.daemon.process.wait(20)
            if how == signal.SIGTERM and ended != 0:
                problem(f"ended with {ended}")
            for _ in range(pick.randrange(4)):
                self.of_host()
            self.start()
        else:
            self.started_at = time.time()
            while os.path.exists(f"/proc/{pid}"):
                time.sleep(0.02)
        self.daemon.wait()

    def disk(self):
        filler = f"{self.daemon.data}/filler"
        self.is_full = not self.is_full
        log("disk", "full" if self.is_full else "free")
        if not self.is_full:
            os.remove(filler)
            return
        with open(filler, "wb", buffering=0) as file:
            size = 65536
            while size > 0:
                try:
                    file.write(b"x" * size)
                except OSError:
                    size //= 2

    def bird(self):
        address, bird = pick.choice(list(self.birds.items()))
        what = pick.choice(["stand still", "restart the session", "kill", "stop"])
        log("BIRD", address, what)
        if what == "restart the session":
            bird.ask("restart", "ha")
        elif what == "stand still":
            bird.process.send_signal(signal.SIGSTOP)
            time.sleep(pick.uniform(0.2, 3))
            bird.process.send_signal(signal.SIGCONT)
        else:
            bird.stop(signal.SIGKILL if what == "kill" else signal.SIGTERM)
            time.sleep(pick.choice([0, pick.uniform(0, 2)]))
            bird.start()
            while "BIRD" not in bird.ask("show", "status", check=False):
                time.sleep(0.05)

    def everything(self):
        often = [(self.address, 20), (self.listener, 25), (self.set, 8), (self.undrain, 6), (self.reload, 6)]
        rarely = [(self.drain, 5), (self.wildcard, 1), (self.stand_still, 1), (self.bird, 1)]
        rarely += [(self.disk, 1), (self.restart, 1)]
        return [each for each, count in often + rarely for _ in range(count)]

    def quiet_point(self):
        """Everybody is of one mind before long."""
        end = time.time() + QUIET_WITHIN
        last_end = end + SESSION_WITHIN
        found = ["nothing was compared"]
        while time.time() < end:
            self.model.forget_ended(time.time())
            is_up = BACKEND == "speaker" or all(bird.is_up() for bird in self.birds.values())
            if self.model.is_about_to_change(time.time()) or not (is_up or time.time() > last_end):
                time.sleep(0.3)
                end += 0.3
                continue
            try:
                found = disagreements(self.model, self.daemon, self.birds)
            except (OSError, http.client.HTTPException, RuntimeError) as error:
                found = [f"cannot be compared: {error!r}"]
            if found == [] and not self.model.is_about_to_change(time.time()):
                return
            time.sleep(0.25)
        for each in found:
            problem(each)


def flood(path, over):
    """Asks all the time."""
    ways = ["/v1/status", "/metrics", "/v1/history?most=1000", f"/v1/explain/{given.STEADY}", "/v1/nothing", "/v1/peers"]
    while not over.wait(0.01):
        connection = Connection(path)
        try:
            connection.request("GET", random.choice(ways))
            connection.getresponse().read()
        except (OSError, http.client.HTTPException):
            over.wait(0.05)
        finally:
            connection.close()


def read_nothing(path, over):
    """Asks for events, and never reads them."""
    streams = []
    while not over.wait(0.5):
        stream = socket.socket(socket.AF_UNIX)
        stream.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        try:
            stream.connect(path)
            stream.send(b"GET /v1/events HTTP/1.1\r\nHost: ha2bgp\r\n\r\n")
            streams.append(stream)
        except OSError:
            stream.close()
        if len(streams) > 30:
            streams.pop(random.randrange(30)).close()


def main():
    operator = Operator()
    over = threading.Event()
    for act in (flood, flood, read_nothing):
        threading.Thread(target=act, args=(operator.daemon.socket, over), daemon=True).start()
    everything = operator.everything()
    done = compared = 0
    try:
        while time.time() - began < SECONDS and problems < MOST_PROBLEMS:
            for _ in range(pick.randrange(1, 40)):
                pick.choice(everything)()
                done += 1
                time.sleep(pick.choice([0, 0, 0.01, 0.05, 0.3]) * pick.random())
            operator.quiet_point()
            compared += 1
    finally:
        over.set()
        ended = operator.daemon.end()
        for bird in operator.birds.values():
            bird.stop(signal.SIGKILL)
    print(f"{done} operations, {compared} quiet points, {problems} problems", flush=True)
    if BACKEND == "speaker" and ended != 0:
        problem(f"ended with {ended}")
    sys.exit(0 if problems == 0 and compared > 0 else 1)


main()
