"""Fovea against its peers. See script/bench, which sets up what this needs."""

import argparse
import json
import os
import pathlib
import re
import shlex
import signal
import sys
import time

from answer import measure_answer
from machine import describe, limit_instructions, page_name
from materials import prepare_materials
from measure import FULL, QUICK, measure_rows, say
from overview import overview
from page import page
from workloads import WORKLOADS

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGES = ROOT / "docs" / "benchmarks"
ANSWER_ROW = "predict one picture"


def arguments():
    parser = argparse.ArgumentParser(prog="script/bench", description="Compares Fovea with its peers.")
    parser.add_argument("--quick", action="store_true", help="less time for each row, and only some of the rows")
    parser.add_argument("--only", metavar="PATTERN", help="the rows whose name has this regular expression")
    parser.add_argument("--out", type=pathlib.Path, metavar="FILE.md", help="where the page goes")
    parser.add_argument(
        "--isa", choices=["avx2"], help="limit Fovea, and the peers that can be limited, to older instructions")
    parser.add_argument("--list", action="store_true", help="print the names of the rows")
    return parser.parse_args()


def main():
    # Ends as after an interruption, so that the peers end too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    options = arguments()
    if options.list:
        print("\n".join([workload.name for workload in WORKLOADS] + [ANSWER_ROW]))
        return
    try:
        pattern = re.compile(options.only or "", re.IGNORECASE)
    except re.error as error:
        sys.exit(f"bench: error: --only {options.only!r} is no regular expression: {error}")
    # A pattern chooses among all rows; --quick alone among its own.
    everything = options.only is not None or not options.quick
    workloads = [
        workload for workload in WORKLOADS if pattern.search(workload.name) and (everything or workload.quick)]
    wants_answer = bool(pattern.search(ANSWER_ROW))
    if not workloads and not wants_answer:
        sys.exit(f"bench: error: no row's name has {options.only!r}; script/bench --list names them")

    if options.isa:
        limit_instructions(options.isa)
    out = options.out
    if out is None and not options.quick and options.only is None:
        PAGES.mkdir(exist_ok=True)
        out = PAGES / f"{page_name(options.isa)}.md"
    fovea, pace = os.environ["FOVEA"], QUICK if options.quick else FULL
    start = time.monotonic()
    about = describe(fovea, options.isa)
    folder = ROOT / ".build" / "benchmark"
    materials = prepare_materials(folder, [workload.request() for workload in workloads])
    with open(folder / "log", "w", buffering=1) as log:
        rows = measure_rows(workloads, materials, fovea, pace, options.quick, log, is_limited=options.isa is not None)
        answer = measure_answer(materials, fovea, pace, log) if wants_answer else None
    say(f"{time.monotonic() - start:.0f} s altogether")

    results = {
        "command": shlex.join(["script/bench", *sys.argv[1:]]), "about": about, "rounds": pace.rounds, "rows": rows,
        "answer": answer}
    if out is None:
        print(page(results, "benchmarks.json", None))
        return
    notes = out.with_name(f"{out.stem}-notes.md")
    raw = out.with_suffix(".json")
    raw.write_text(json.dumps(results, indent=1) + "\n")
    out.write_text(page(results, raw.name, notes.read_text() if notes.exists() else None))
    say(f"wrote {out} and {raw}")
    if out.resolve().parent == PAGES:
        PAGES.with_suffix(".md").write_text(overview(PAGES))
        say(f"wrote {PAGES.with_suffix('.md')}")


if __name__ == "__main__":
    main()
