"""Settings at random, as a configuration file has them; and what may be announced at all."""
import ipaddress
import json
import os

STEADY_NETWORK, STEADY = "10.67.0.0/24", "10.67.0.1"
NETWORKS = ["10.64.0.0/24", "10.65.0.0/24", "10.66.0.0/24"]
AREAS = ["10.64.0.0/29", "10.65.0.0/28"]
STATICS = ["198.51.100.0/24", "203.0.113.7/32", "10.64.0.1/32", "10.64.0.2/32", "192.0.2.0/25"]
ADDRESSES = [f"10.6{net}.0.{last}" for net, count in ((4, 8), (5, 6), (6, 3)) for last in range(1, count + 1)]
PORTS = [80, 81]
OUR_AS = 65000
US = "10.1.1.1"
# Of those that take no restart.
DRAIN_TIMES = {"0": 0.0, "300ms": 0.3, "1h": 3600.0}


def is_inside(prefix, network):
    return ipaddress.ip_network(prefix).subnet_of(ipaddress.ip_network(network))


def attributes(random, has_preference=True):
    said = {}
    if random.random() < 0.3:
        said["med"] = random.randrange(1, 99)
    if random.random() < 0.3:
        said["community"] = [f"65000:{random.randrange(1, 5)}" for _ in range(random.randrange(1, 3))]
    if has_preference and random.random() < 0.3:
        said["local-preference"] = random.randrange(1, 300)
    return said


def peer(random, address, their_as):
    it = {"address": address, "as": their_as, "local-address": US, "hold-time": "30s"}
    it["connect-retry"] = random.choice(["1s", "2s"])
    if random.random() < 0.3:
        it |= attributes(random, their_as == OUR_AS)
    if random.random() < 0.25:
        it["only"] = random.sample(["10.64.0.0/24", "10.65.0.0/24", "198.51.100.0/24", "10.64.0.4/32"], 2)
    if random.random() < 0.1:
        it["graceful-restart"] = "5s"
    return it


def any_settings(random, backend, peers, fixed):
    """`peers`: address → AS number. `fixed`: what takes a restart."""
    pick = random.choice
    it = {
        **fixed,
        "bgp-backend": [backend],
        "network": [STEADY_NETWORK, *random.sample(NETWORKS, random.randrange(1, 4))],
        "listen-filter": pick(["sport = :80", "sport = :80 or sport = :81", "sport = :81"]),
        "announce-delay": pick(["0", "200ms", "500ms"]),
        "withdraw-delay": pick(["0", "200ms", "500ms"]),
        "address-withdraw-delay": pick(["0", "100ms"]),
        "drain-time": pick(["0", "300ms", "300ms", "1h"]),
        "interval": pick(["20ms", "100ms", "auto"]),
        "wildcard": pick(["host-routes", "host-routes", "off", "all"]),
        **attributes(random),
    }
    if random.random() < 0.7:
        it["no-dampening"] = True
    else:
        it |= {"dampening-half-life": "1s", "dampening-max-suppress": "2s"}
    if random.random() < 0.4:
        it["announce"] = random.sample(AREAS, random.randrange(1, 3))
    if random.random() < 0.2:
        it["require"] = pick([["sport = :80"], ["sport = :81"], ["sport = :80", "sport = :81"]])
    if random.random() < 0.25:
        it["max-routes"] = pick([3, 6])
    statics = random.sample(STATICS, random.randrange(0, 4))
    if statics:
        it["static"] = [{"prefixes": [prefix], **attributes(random)} for prefix in statics]
    if backend == "speaker":
        all_peers = [peer(random, address, their_as) for address, their_as in peers.items()]
        it["bgp"] = {"local-as": OUR_AS, "router-id": US, "peers": all_peers}
    else:
        it["on-exit"] = pick(["keep", "withdraw"])
    return it


def changed_settings(random, before, other, fixed):
    """Another one altogether, one that differs in one thing, or with a peer less."""
    if random.random() < 0.5:
        it = json.loads(json.dumps(before))
        key = random.choice([key for key in other if key not in fixed and key != "bgp-backend"])
        it[key] = other[key]
        if "no-dampening" in it:
            for name in ("dampening-half-life", "dampening-max-suppress"):
                it.pop(name, None)
        elif "dampening-half-life" in it:
            it["dampening-max-suppress"] = "2s"
    else:
        it = other
    if "bgp" in it and random.random() < 0.15:
        it["bgp"]["peers"] = [random.choice(it["bgp"]["peers"])]
    if "bgp" in it and not any(each["as"] == OUR_AS for each in it["bgp"]["peers"]):
        # It would be for nobody, which is refused.
        for part in [it, *it.get("static", []), *it["bgp"]["peers"]]:
            part.pop("local-preference", None)
    return it


def write(it, file):
    with open(f"{file}.new", "w") as out:
        json.dump(it, out)
    os.rename(f"{file}.new", file)
