"""Colors come out as sRGB, whatever space a file holds them in."""

import io

import numpy as np
import pytest
from PIL import Image, ImageCms

from tests.vision.scenes import encoded, scene
from vision.decode import decode

MANY = 10**6
RED = (200, 40, 40)


def _swapped() -> bytes:
    """A profile whose red primary is sRGB's green one and the other way round."""
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    count = int.from_bytes(data[128:132], "big")
    places = {bytes(data[at : at + 4]): at + 4 for at in range(132, 132 + 12 * count, 12)}
    red, green = (bytes(data[places[tag] : places[tag] + 8]) for tag in (b"rXYZ", b"gXYZ"))
    data[places[b"rXYZ"] : places[b"rXYZ"] + 8] = green
    data[places[b"gXYZ"] : places[b"gXYZ"] + 8] = red
    return bytes(data).replace("sRGB".encode("utf-16-be"), "test".encode("utf-16-be")).replace(b"sRGB", b"test")


def _center(data: bytes) -> np.ndarray:
    seen: np.ndarray = np.asarray(decode(data, MANY))[10, 10].astype(int)
    return seen


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_profile_is_applied(kind: str) -> None:
    """What a profile with red and green swapped calls red is shown green."""
    options = {"icc_profile": _swapped(), **({"quality": 95} if kind != "PNG" else {})}
    seen = _center(encoded(Image.new("RGB", (20, 20), RED), kind, **options))
    assert np.abs(seen - (40, 200, 40)).max() <= 8


def test_a_profile_that_says_srgb_changes_nothing() -> None:
    """To the last bit."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    picture = scene(3, 60, 40)
    data = encoded(picture, "PNG", icc_profile=profile)
    assert np.array_equal(np.asarray(decode(data, MANY)), np.asarray(picture))


@pytest.mark.parametrize("profile", [b"", b"nonsense", bytes(200)])
def test_a_broken_profile_says_nothing(profile: bytes) -> None:
    """The picture is shown as if it had none."""
    data = encoded(Image.new("RGB", (20, 20), RED), "PNG", icc_profile=profile)
    assert tuple(_center(data)) == RED


def test_a_profile_for_another_mode_is_left_aside() -> None:
    """An RGB profile in a CMYK file, and in a gray one."""
    for mode in ("CMYK", "L"):
        sink = io.BytesIO()
        Image.new("RGB", (20, 20), RED).convert(mode).save(sink, "TIFF", icc_profile=_swapped())
        plain = encoded(Image.new("RGB", (20, 20), RED).convert(mode), "TIFF")
        assert np.array_equal(_center(sink.getvalue()), _center(plain))


def test_a_profile_that_fails_when_it_is_applied_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """It costs the picture its true colors, and nobody a picture."""

    def fail(*_: object) -> None:
        raise ImageCms.PyCMSError("cannot transform")

    monkeypatch.setattr(ImageCms, "applyTransform", fail)
    data = encoded(Image.new("RGB", (20, 20), RED), "PNG", icc_profile=_swapped())
    assert tuple(_center(data)) == RED
