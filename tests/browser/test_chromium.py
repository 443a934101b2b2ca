"""What the watched page brings up is what went wrong on it."""

from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from tests.browser.chromium import visit

PAGE = """<!doctype html><link rel="icon" href="data:,"><title>a page</title>
<img src="gone.png"><img src="http://pictures.example/one.png"><h1>Here</h1>
<script>console.error("told to the console"); throw Error("thrown")</script>"""


def test_errors_failures_and_requests_to_elsewhere_are_told_apart(tmp_path: Path) -> None:
    """A request to elsewhere is refused and listed, and is neither an error of the page nor a failed request."""
    (tmp_path / "index.html").write_text(PAGE)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=str(tmp_path)))
    Thread(target=server.serve_forever, daemon=True).start()
    here = f"http://127.0.0.1:{server.server_port}/"
    try:
        with visit() as seen:
            seen.page.goto(here, wait_until="networkidle")
            assert seen.page.get_by_role("heading", name="Here").is_visible()
            assert seen.failed == [f"404 {here}gone.png"]
            assert seen.elsewhere == ["http://pictures.example/one.png"]
            assert sorted(error.split(" (")[0] for error in seen.errors) == [
                "Failed to load resource: the server responded with a status of 404", "thrown", "told to the console",
            ]  # fmt: skip
    finally:
        server.shutdown()
        server.server_close()


def test_a_page_from_a_file_is_whole(tmp_path: Path) -> None:
    """A static page that is opened from its folder brings up nothing."""
    (tmp_path / "page.html").write_text("<!doctype html><title>whole</title><h1>Whole</h1>")
    with visit() as seen:
        seen.page.goto((tmp_path / "page.html").as_uri())
        assert (seen.page.title(), seen.errors, seen.failed, seen.elsewhere) == ("whole", [], [], [])
