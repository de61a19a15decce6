"""What has to be announced, to whom and in which words: from what docs/ say, and not from how it is done."""
import settings as given
from settings import is_inside


class Model:
    """`addresses`, `listeners` (address, port) and `wildcards` (ports): what is on the host."""

    def __init__(self, host, settings):
        self.host = host
        self.settings = settings
        # By what each is about: kind, target, until (seconds since 1970, or None); of a drain also withdraw_at.
        self.overrides = {}

    def forget_ended(self, now):
        self.overrides = {key: of for key, of in self.overrides.items() if of["until"] is None or of["until"] > now}

    def is_about_to_change(self, now):
        ends = [of["until"] for of in self.overrides.values() if of["until"] is not None]
        withdraws = [of["withdraw_at"] for of in self.overrides.values() if "withdraw_at" in of]
        return any(-1.5 < end - now < 1.5 for end in ends) or any(-1 < moment - now < 1 for moment in withdraws)

    def statics(self):
        return {group["prefixes"][0]: group for group in self.settings.get("static", [])}

    def known(self):
        host = {f"{address}/32" for address in [given.STEADY, *given.ADDRESSES]}
        return sorted(host | set(given.STATICS) | set(given.AREAS))

    def kind(self, prefix):
        is_declared = prefix in self.statics() or prefix in self.settings.get("announce", [])
        return "declared" if is_declared else "discovered"

    def _ports(self):
        """Of each filter that has to have a listener."""
        for text in [self.settings["listen-filter"], *self.settings.get("require", [])]:
            yield [port for port in given.PORTS if f":{port}" in text]

    def _is_served(self, addresses, wildcards):
        return all(
            any(port in wildcards or any((each, port) in self.host.listeners for each in addresses) for port in ports)
            for ports in self._ports()
        )

    def set_by_hand(self, prefix):
        return self.overrides.get(f"set {prefix}", {}).get("kind")

    def is_fit(self, prefix):
        """Whatever keeps it back by hand."""
        if prefix in self.statics():
            return True
        is_up = self.set_by_hand(prefix) == "up"
        wildcards = self.host.wildcards
        if prefix in self.settings.get("announce", []):
            inside = [each for each in self.host.addresses if is_inside(f"{each}/32", prefix)]
            return inside != [] and (is_up or self._is_served(inside, wildcards))
        address = prefix.removesuffix("/32")
        if not prefix.endswith("/32") or address not in self.host.addresses:
            return False
        if not any(is_inside(prefix, network) for network in self.settings["network"]):
            return False
        return is_up or self._is_served([address], {} if self.settings["wildcard"] == "off" else wildcards)

    def drains_of(self, prefix):
        return [
            of
            for of in self.overrides.values()
            if of["kind"] == "drain" and (of["target"] == "all" or is_inside(prefix, of["target"]))
        ]

    def wanted(self, prefix, now):
        """`no`, `yes`, or `going`: a drain has begun, and it is announced if it was then."""
        if not self.is_fit(prefix) or self.set_by_hand(prefix) == "down":
            return "no"
        drains = self.drains_of(prefix)
        if not drains:
            return "yes"
        return "no" if any(each["withdraw_at"] <= now for each in drains) else "going"

    def words(self, prefix, peer):
        """MED, communities and LOCAL_PREF as that peer (None: ExaBGP's) has them; None where it may not have it."""
        own = self.statics().get(prefix, {})
        names = ("med", "community", "local-preference")
        said = {name: own.get(name, self.settings.get(name)) for name in names}
        if peer is not None:
            if "only" in peer and not any(is_inside(prefix, each) for each in peer["only"]):
                return None
            said |= {name: peer[name] for name in names if name in peer}
        communities = set(said["community"] or [])
        preference = 100 if said["local-preference"] is None else said["local-preference"]
        if self.drains_of(prefix):
            communities.add("65535:0")
            preference = 0
        if peer is not None and peer["as"] != given.OUR_AS:
            preference = 100
        return (said["med"], tuple(sorted(communities)), preference)
