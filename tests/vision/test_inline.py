"""Pictures inside a page: small, whole, and nothing where there is no picture."""

import base64
import io

import pytest
from PIL import Image

from tests.vision.scenes import encoded, scene
from vision.inline import data_uri


@pytest.mark.parametrize("size", [(200, 160), (40, 900), (30, 20)])
def test_a_picture_becomes_a_small_one_in_the_page(size: tuple[int, int]) -> None:
    """Of its own proportions, its longer side as asked or its own if that is shorter."""
    kind, _, text = data_uri(encoded(scene(1, *size), "PNG"), 96).partition(",")
    assert kind == "data:image/jpeg;base64"
    with Image.open(io.BytesIO(base64.b64decode(text))) as shown:
        assert max(shown.size) == min(96, max(size))
        assert shown.width / shown.height == pytest.approx(size[0] / size[1], rel=0.2)


def test_what_is_no_picture_is_not_shown() -> None:
    """The page says so in its place."""
    assert data_uri(b"no picture", 96) == ""
