"""What the measurements mean: how Fovea compares with the best peer, and whether that is what was asked."""

from dataclasses import dataclass

ANSWER_PEER = "Python with ONNX Runtime"


@dataclass(frozen=True)
class Verdict:
    # How many times as fast as the best peer; for memory and answers, Fovea's part of the peer's.
    ratio: float | None
    best_peer: str | None
    # In a word or two.
    reached: str


def speed_verdict(workload, row):
    competitors = row["competitors"]
    fovea = competitors.get("Fovea")
    if fovea is None:
        return Verdict(None, None, f"Fovea failed: {row['failures'].get('Fovea', 'it did not run')}")
    if not fovea["agrees"]:
        return Verdict(None, None, f"wrong results: outputs differ by {fovea['difference']:.1e}")
    peers = {title: entry for title, entry in competitors.items() if title != "Fovea" and entry["agrees"]}
    if not peers:
        return Verdict(None, None, "no peer")
    best = min(peers, key=lambda title: peers[title]["median_ms"])
    ratio = peers[best]["median_ms"] / fovea["median_ms"]
    reached = "aim" if ratio >= workload.aim else "yes" if ratio >= workload.at_least else "no"
    return Verdict(ratio, best, reached)


def memory_verdict(workload, row):
    fovea, peer = (row["competitors"].get(title) for title in ("Fovea", "PyTorch"))
    if fovea is None or peer is None:
        return Verdict(None, "PyTorch", "not measured")
    ratio = fovea["peak_mb"] / peer["peak_mb"]
    return Verdict(ratio, "PyTorch", "yes" if ratio <= workload.memory_at_most else "no")


def answer_verdict(answer, at_most):
    if "failure" in answer:
        return Verdict(None, ANSWER_PEER, f"failed: {answer['failure']}")
    if not answer["agrees"]:
        return Verdict(None, ANSWER_PEER, "wrong results: the answers differ")
    competitors = answer["competitors"]
    ratio = competitors["Fovea"]["median_ms"] / competitors[ANSWER_PEER]["median_ms"]
    return Verdict(ratio, ANSWER_PEER, "yes" if ratio <= at_most else "no")
