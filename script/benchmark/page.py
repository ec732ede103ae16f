"""The page: what was measured, as Markdown. Every number on it comes from the measurements."""

from verdicts import ANSWER_PEER, answer_verdict, memory_verdict, speed_verdict
from workloads import ANSWER, ANSWER_AT_MOST, MOMENTUM, NETWORKS, RATE, THREADS, TOLERANCE, WORKLOADS

INTRODUCTION = """\
# Benchmarks

Fovea and its peers on the same work: the same network with the same weights and the same images, f32, {threads} threads
each, each peer with the fastest of its settings. They take turns, A B A B …, and are frozen in between; times are
medians over all steps of all {rounds} rounds. The ratio is Fovea's speed ÷ the best peer's. "Reached" says yes where it
is at least what was asked, and aim where it is what was hoped for.

This page was printed by `{command}`; the raw numbers are in [{raw}]({raw}).
"""

TRAINING = """\
A step is forward, cross-entropy, backward and SGD (momentum {momentum}, learning rate {rate}) on a fixed batch, dropout
included. The first losses have to agree with PyTorch's, the largest difference being at most {tolerance} of the largest
loss; where the network has dropout they are compared without it.
"""

INFERENCE = """\
A step is images in, logits out. The logits have to agree with PyTorch's, the largest difference being at most
{tolerance} of the largest logit.
"""

MEMORY = """\
The most memory that was resident while training, in units of 10⁶ bytes. Fovea's is the whole process's, compiling
included; PyTorch's begins after its warm-up and is that of its fastest setting.
"""

ONE_PICTURE = """\
{title} on one picture (JPEG, 640×480), from the start of a process to its answer: `fovea predict` against Python, which
imports ONNX Runtime, NumPy and Pillow, makes a session, decodes, resizes, normalises, runs and prints. On a picture of
the network's size both have to give the same classes with the same probabilities.
"""


def number(value, digits=3):
    """With so many significant digits, and without an exponent."""
    if value is None:
        return "—"
    if abs(value) >= 10 ** (digits - 1):
        return f"{value:,.0f}"
    return f"{value:#.{digits}g}".rstrip(".")


def table(header, rows):
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "/") for cell in line) + " |" for line in lines) + "\n"


def times(ratio):
    return "—" if ratio is None else f"**{ratio:.2f}×**"


def spread(entry):
    return f"{number(entry['p10_ms'])}–{number(entry['p90_ms'])}"


def speed_table(pairs):
    rows = []
    for workload, row in pairs:
        verdict = speed_verdict(workload, row)
        fovea = row["competitors"].get("Fovea", {})
        best = row["competitors"].get(verdict.best_peer, {})
        rows.append([
            workload.title, times(verdict.ratio), f"{workload.at_least}×", f"{workload.aim}×", verdict.reached,
            number(fovea.get("median_ms"), 4), number(fovea.get("images_per_second"), 4), verdict.best_peer or "—",
            number(best.get("median_ms"), 4), number(best.get("images_per_second"), 4)])
    header = [
        "Network", "Ratio", "At least", "Aim", "Reached", "Fovea ms", "Fovea img/s", "Best peer", "its ms", "its img/s"]
    return table(header, rows)


def memory_table(pairs):
    rows = []
    for workload, row in pairs:
        verdict = memory_verdict(workload, row)
        fovea, peer = (row["competitors"].get(title, {}) for title in ("Fovea", "PyTorch"))
        rows.append([
            workload.title, times(verdict.ratio), f"{workload.memory_at_most}×", verdict.reached,
            number(fovea.get("peak_mb")), number(peer.get("peak_mb"))])
    return table(["Network", "Ratio", "At most", "Reached", "Fovea MB", "PyTorch MB"], rows)


def answer_table(answer):
    verdict = answer_verdict(answer, ANSWER_AT_MOST)
    fovea, peer = (answer.get("competitors", {}).get(title) for title in ("Fovea", ANSWER_PEER))
    cells = [f"{number(entry['median_ms'])} ({spread(entry)})" if entry else "—" for entry in (fovea, peer)]
    return table(
        ["Ratio", "At most", "Reached", "Fovea ms (p10–p90)", f"{ANSWER_PEER} ms (p10–p90)"],
        [[times(verdict.ratio), f"{ANSWER_AT_MOST}×", verdict.reached, *cells]])


def everyone_table(pairs):
    rows = []
    for workload, row in pairs:
        for title, entry in sorted(row["competitors"].items(), key=lambda item: item[1]["median_ms"]):
            error = entry["difference"]
            rows.append([
                f"{workload.mode} {workload.title}", title, entry["setting"] or "—", number(entry["median_ms"], 4),
                spread(entry), entry["count"], number(entry["peak_mb"]),
                "—" if error is None else f"{error:.0e}" + ("" if entry["agrees"] else ", too much"),
                number(entry["compile_ms"]) if "compile_ms" in entry else "—"])
        rows += [
            [f"{workload.mode} {workload.title}", title, reason, *["—"] * 6]
            for title, reason in row["failures"].items()]
    header = [
        "Work", "Who", "Setting", "ms", "p10–p90", "Steps", "Peak MB", "Outputs differ by", "Fovea compiles in ms"]
    return table(header, rows)


def page(results, raw, notes):
    rows = {row["name"]: row for row in results["rows"]}
    pairs = [(workload, rows[workload.name]) for workload in WORKLOADS if workload.name in rows]
    training, inference = ([pair for pair in pairs if pair[0].mode == mode] for mode in ("train", "infer"))
    memory = [pair for pair in training if pair[0].memory_at_most]
    facts = {"threads": THREADS, "tolerance": TOLERANCE, "momentum": MOMENTUM, "rate": RATE}
    parts = [INTRODUCTION.format(rounds=results["rounds"], command=results["command"], raw=raw, **facts)]
    if training:
        parts += ["## Training\n", speed_table(training), TRAINING.format(**facts)]
    if inference:
        parts += ["## Inference\n", speed_table(inference), INFERENCE.format(**facts)]
    if memory:
        parts += ["## Memory\n", memory_table(memory), MEMORY]
    if results["answer"]:
        parts += [
            "## One picture\n", answer_table(results["answer"]),
            ONE_PICTURE.format(title=NETWORKS[ANSWER["model"]].title)]
    if pairs:
        parts += ["## Everyone\n", everyone_table(pairs)]
    about = results["about"]
    parts += [
        f"## Machine and versions\n\n{about['date']}.\n",
        table(["Machine", ""], about["machine"].items()), table(["Library", "Version"], about["versions"].items())]
    if notes:
        parts.append(notes)
    return "\n".join(parts)
