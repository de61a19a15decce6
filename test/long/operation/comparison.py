"""What the model says, what the daemon says, and what BIRD has: where they are not of one mind."""
import time

SAID = ("announced", "leaving")


def disagreements(model, daemon, birds):
    now = time.time()
    tables = {address: bird.routes() for address, bird in birds.items()}
    status = daemon.ask("GET", "/v1/status")[1]
    return [
        *of_overrides(model, status),
        *of_prefixes(model, status, tables, daemon.backend, now),
        *of_numbers(model, status, tables),
    ] or of_explanations(model, daemon, status, tables)


def of_overrides(model, status):
    theirs = sorted((each["kind"], each["target"]) for each in status["overrides"])
    ours = sorted((each["kind"], each["target"]) for each in model.overrides.values())
    return [] if theirs == ours else [f"by hand: {ours}, status {theirs}"]


def peers_of(model):
    bgp = model.settings.get("bgp")
    return {"10.1.1.2": None} if bgp is None else {peer["address"]: peer for peer in bgp["peers"]}


def places(model, status):
    """How many routes there are of each kind."""
    said = [each["prefix"] for each in status["services"] if each["state"] in SAID]
    return {kind: sum(model.kind(prefix) == kind for prefix in said) for kind in ("declared", "discovered")}


def of_prefixes(model, status, tables, backend, now):
    found = []
    peers = peers_of(model)
    views = {each["prefix"]: each for each in status["services"]}
    counts = places(model, status)
    limit = model.settings.get("max-routes", 1000)
    found += [f"{kind}: {count} of {limit}" for kind, count in counts.items() if count > limit]
    in_tables = {prefix for table in tables.values() for prefix in table}
    for prefix in sorted({*model.known(), *views, *in_tables}):
        view = views.get(prefix, {})
        state, wanted = view.get("state"), model.wanted(prefix, now)
        is_held = state == "held" and counts[model.kind(prefix)] >= limit
        if wanted == "yes" and state != "announced" and not is_held:
            found.append(f"{prefix}: to be announced, status {state} {view.get('reason')}")
        if wanted == "no" and state in SAID:
            found.append(f"{prefix}: not to be announced, status {state}")
        if wanted == "going" and state == "announced":
            found.append(f"{prefix}: is drained, status {state}")
        for address, table in tables.items():
            words = model.words(prefix, peers[address]) if state in SAID and address in peers else None
            if table.get(prefix) != words:
                found.append(f"{prefix}: BIRD {address} has {table.get(prefix)}, should have {words} ({state})")
        if view:
            have = sum(prefix in table for table in tables.values())
            told, of = view["told"]["told"], view["told"]["of"]
            # ExaBGP itself may count besides its neighbors: docs/exabgp.md.
            is_right = told == have if backend == "speaker" else (told > 0) == (have > 0)
            if not is_right or (state in SAID and told != of):
                found.append(f"{prefix}: told {view['told']}, {have} have it")
    return found


def of_numbers(model, status, tables):
    found = []
    states = [each["state"] for each in status["services"]]
    counts = {state: states.count(state) for state in states}
    if counts != {state: count for state, count in status["counts"].items() if count}:
        found.append(f"counts {status['counts']}, there are {counts}")
    said = sum(counts.get(state, 0) for state in SAID)
    for sink in status["sinks"]:
        if [sink[name] for name in ("told", "leaving", "waiting", "refused")] != [said, 0, 0, 0]:
            found.append(f"sink {sink}: there are {said}")
        for peer in sink.get("peers", []):
            have = len(tables[peer["name"]])
            if (peer["state"], peer["told"], peer.get("isLevel", True)) != ("established", have, True):
                found.append(f"peer {peer}: BIRD has {have}")
    return found


def of_explanations(model, daemon, status, tables):
    found = []
    views = {each["prefix"]: each for each in status["services"]}
    for prefix in model.known():
        answer = daemon.ask("GET", f"/v1/explain/{prefix}")[1]["prefixes"]
        mine = next((each for each in answer if each["service"]["prefix"] == prefix), None)
        if mine is None:
            found.append(f"explain {prefix}: nothing")
            continue
        state = mine["service"]["state"]
        stages = [each["answer"] for each in mine["stages"]]
        if prefix in views and views[prefix]["state"] != state:
            found.append(f"explain {prefix}: {state}, status {views[prefix]['state']}")
        if state == "announced" and set(stages) != {"yes"}:
            found.append(f"explain {prefix}: announced, {stages}")
        if state not in SAID and not {"no", "waits"} & set(stages):
            found.append(f"explain {prefix}: {state}, {stages}")
        is_fit = stages[:3] == ["yes"] * 3
        if is_fit != model.is_fit(prefix):
            found.append(f"explain {prefix}: {'fit' if is_fit else 'unfit'}, {stages}")
        for telling in mine["tellings"]:
            table = tables.get(telling["to"] if daemon.backend == "speaker" else "10.1.1.2", {})
            if (telling["state"] == "told") != (prefix in table):
                found.append(f"explain {prefix}: {telling}, BIRD has {table.get(prefix)}")
        last = next(iter(mine["history"]), None)
        if last and prefix in views and last["at"] > status["process"]["startedAt"] and last["to"] != state:
            found.append(f"explain {prefix}: {state}, and came last to {last['to']}")
    return found
