"""Whether both clients of a race did the same work: only then their rates say anything."""

from collections.abc import Mapping
from dataclasses import asdict

from benchmarks.web.contest import OURS, PEER, Course, Lap
from benchmarks.web.fidelity import Fidelity, fidelity
from benchmarks.web.outputs import Sameness, compare, read_outputs

MOST_BELOW = 3.0
"""Decibels by which our pictures may be farther from the originals than the peer's."""


def check_whole(name: str, done: Lap, count: int) -> None:
    """SystemExit where a client lost pictures, which makes it faster."""
    packed = len(read_outputs(done.tars))
    if packed != count:
        said = (done.out / "client.log").read_text(errors="replace")[-2000:]
        raise SystemExit(f"{name} packed {packed} of {count} pictures; it said: {said}")


def unequal(same: Sameness, near: Mapping[str, Fidelity]) -> list[str]:
    """What is not the same in both outputs, or wrong in ours; `near` is how near each client comes to the originals."""
    ours, theirs = near[OURS], near[PEER]
    held = {
        f"{same.same_size} of {same.straight} pictures have the same size": same.same_size == same.straight,
        f"{same.same_tables} of {same.straight} have the same JPEG quality": same.same_tables == same.straight,
        f"{same.hashes[OURS]} of our {same.both} hashes are right": same.hashes[OURS] == same.both,
        f"{same.wrongly_turned[OURS]} of ours are wrongly turned": same.wrongly_turned[OURS] == 0,
        f"PSNR against area is {ours.area} dB for ours, {theirs.area} dB for the peer's": ours.area
        >= theirs.area - MOST_BELOW,
    }
    return [said for said, well in held.items() if not well]


def check_equal(laps: Mapping[str, Lap], course: Course) -> dict[str, object]:
    """How far the outputs of both clients agree; SystemExit where that is not far enough to race them."""
    outputs = {name: read_outputs(laps[name].tars) for name in (PEER, OURS)}
    same, near = compare(outputs, course.pictures), fidelity(outputs, course.pictures)
    if wrong := unequal(same, near):
        raise SystemExit("the clients did not do the same work: " + "; ".join(wrong))
    return {**asdict(same), "psnr": {name: asdict(one) for name, one in near.items()}}
