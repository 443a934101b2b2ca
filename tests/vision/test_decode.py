import contextlib
import io
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from storage.records import FetchReason
from tests.vision.scenes import encoded, scene
from vision.decode import FORMATS, Fault, Header, Undecodable, decode, header

MANY = 10**6
SCENE = scene(0, 60, 40)


def _damaged_png() -> bytes:
    """A file whose pixels do not fit their checksum."""
    data = bytearray(encoded(scene(0, 200, 160), "PNG"))
    data[2000:2100] = bytes(100)
    return bytes(data)


def _fault(data: bytes, max_pixels: int = MANY, min_side: int = 1) -> Fault:
    with pytest.raises(Undecodable) as caught:
        decode(data, max_pixels, min_side)
    return caught.value.reason


@pytest.mark.parametrize("kind", FORMATS)
def test_every_format_gives_rgb_and_its_header(kind: str) -> None:
    """Each of the six formats is opened, and its header is read without decoding."""
    data = encoded(SCENE, kind)
    assert header(data) == Header(60, 40, kind)
    assert (decode(data, MANY).mode, decode(data, MANY).size) == ("RGB", (60, 40))


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGBA", "1", "CMYK", "I;16", "F"])
def test_every_mode_becomes_rgb(mode: str) -> None:
    """Gray, palette, alpha, CMYK, 16-bit and float pictures all come out as 8-bit RGB."""
    wide = np.linspace(0, 65535, 2400).reshape(40, 60)
    deep = {
        "I;16": lambda: Image.fromarray(wide.astype(np.uint16)),
        "F": lambda: Image.fromarray(wide.astype(np.float32)),
    }
    picture = deep[mode]() if mode in deep else SCENE.convert(mode)
    seen = np.asarray(decode(encoded(picture, "TIFF" if mode != "P" else "PNG"), MANY))
    assert seen.shape == (40, 60, 3)
    if mode in deep:
        assert (seen.min(), seen.max()) == (0, 255)


def test_transparency_is_seen_on_white() -> None:
    """A clear pixel is what a page would show: white, whatever color hides in it."""
    clear = Image.new("RGBA", (8, 8), (0, 0, 0, 0))
    assert decode(encoded(clear, "PNG"), MANY).getpixel((0, 0)) == (255, 255, 255)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_rotation_is_applied(orientation: int) -> None:
    """A picture stored in any of the eight orientations comes out upright."""
    upright = np.zeros((20, 30, 3), np.uint8)
    upright[:10, :10] = 255
    stored = {
        1: upright, 2: upright[:, ::-1], 3: upright[::-1, ::-1], 4: upright[::-1],
        5: upright.transpose(1, 0, 2), 6: upright.transpose(1, 0, 2)[::-1],
        7: upright.transpose(1, 0, 2)[::-1, ::-1], 8: upright.transpose(1, 0, 2)[:, ::-1],
    }[orientation]  # fmt: skip
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = encoded(Image.fromarray(np.ascontiguousarray(stored)), "PNG", exif=exif)
    assert np.array_equal(np.asarray(decode(data, MANY)), upright)


def test_animation_gives_its_first_frame() -> None:
    """Of an animated file only the first frame counts."""
    frames = [Image.new("RGB", (20, 20), color) for color in ("red", "blue")]
    data = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert decode(data, MANY).getpixel((5, 5)) == (255, 0, 0)


def test_pixel_budget_is_checked_before_decoding() -> None:
    """Too many pixels are refused from the header: the file has no pixels to decode."""
    data = encoded(Image.new("L", (3000, 3000)), "PNG")
    assert _fault(data[:60], max_pixels=10**6) is Fault.TOO_MANY_PIXELS
    assert _fault(data[:60], max_pixels=10**7) is Fault.TRUNCATED


def test_bomb_beyond_the_library_limit_has_the_same_reason() -> None:
    """A header that the library itself refuses is the same kind of fault."""
    assert _fault(encoded(Image.new("1", (20000, 20000)), "PNG")) is Fault.TOO_MANY_PIXELS


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", Fault.NOT_A_PICTURE),
        (b"<html><body>404</body></html>", Fault.NOT_A_PICTURE),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', Fault.NOT_A_PICTURE),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", Fault.NOT_A_PICTURE),
        (encoded(SCENE)[:-400], Fault.TRUNCATED),
        (encoded(SCENE, "PNG")[:-400], Fault.TRUNCATED),
        (_damaged_png(), Fault.TRUNCATED),
    ],
    ids=["empty", "html", "svg", "eps", "cut jpeg", "cut png", "damaged png"],
)
def test_bad_bytes_have_their_reason(data: bytes, reason: Fault) -> None:
    """What is no picture and what breaks off are told apart."""
    assert _fault(data) is reason


def test_small_side_is_a_fault() -> None:
    """A picture with a side under the bound is too small to be of use."""
    assert _fault(encoded(SCENE), min_side=41) is Fault.TOO_SMALL


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_damage_is_never_worse_than_undecodable(data: st.DataObject) -> None:
    """Flipping bytes of a real file gives a picture or Undecodable, nothing else."""
    damaged = bytearray(encoded(SCENE, data.draw(st.sampled_from([f for f in FORMATS if f != "TIFF"]))))
    for place in data.draw(st.lists(st.integers(0, len(damaged) - 1), min_size=1, max_size=20)):
        damaged[place] = data.draw(st.integers(0, 255))
    with contextlib.suppress(Undecodable):
        assert decode(bytes(damaged), MANY).mode == "RGB"


def test_faults_are_fetch_reasons() -> None:
    """The crawl can store every fault as its own reason; the error survives a process boundary."""
    assert {fault.value for fault in Fault} <= {reason.value for reason in FetchReason}
    error = pickle.loads(pickle.dumps(Undecodable(Fault.TRUNCATED, "short")))  # noqa: S301  # our own bytes
    assert (error.reason, error.detail) == (Fault.TRUNCATED, "short")


def test_picture_outlives_its_file() -> None:
    """The decoded picture can be used after the bytes are gone."""
    assert decode(io.BytesIO(encoded(SCENE)).getvalue(), MANY).resize((4, 4)).size == (4, 4)
