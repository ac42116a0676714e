"""``bridge.js`` in a real browser against the real server."""

from __future__ import annotations

from typing import Any

from inpaintgan.core.rundir import RunDir
from run_events import step_event, write_events

from .conftest import App
from .held_calls import Held
from .made_png import png

CALL = """([name, args]) => import("/js/bridge.js").then((bridge) => bridge.call(name, ...args)).then(
    (value) => ({ value }), (error) => ({ error: { name: error.name, code: error.code, message: error.message } }))"""


def call(page: Any, name: str, *args: Any) -> Any:
    return page.evaluate(CALL, [name, list(args)])


def test_home_opens_and_functions_answer(page: Any, app: App) -> None:
    assert page.url == f"{app.origin}/"
    assert call(page, "app_state")["value"]["runs_folder"] == str(app.runs)


def test_a_reload_needs_no_new_ticket(page: Any, app: App) -> None:
    page.reload()
    page.goto(app.url)
    page.wait_for_selector("html[data-eel=ready]")
    assert page.url == f"{app.origin}/"


def test_refusals_arrive_in_words(page: Any) -> None:
    assert call(page, "check_config", {"lr": 7})["error"] == {
        "name": "BridgeError", "code": "config-invalid",
        "message": "lr: 7 is not allowed. Allowed: a number above 0, at most 0.1 (per step).",
    }  # fmt: skip
    assert call(page, "no_such_function")["error"]["code"] == "unknown-call"


def test_many_large_answers_at_once_do_not_mix(page: Any, app: App) -> None:
    """Eel answers from greenlets that interleave their frames, which costs the connection."""
    run = RunDir(app.runs / "a")
    run.path.mkdir(parents=True)
    # Larger than a socket's buffer, so that a send is interrupted half-way.
    write_events(run, *({"type": "warning", "message": "x" * 12_000} for _ in range(500)))
    whole = page.evaluate(
        """async () => {
          const { call } = await import("/js/bridge.js");
          const answers = await Promise.all(Array.from({ length: 12 }, () => call("get_run", "a")));
          return answers.map((answer) => answer.history.length);
        }"""
    )
    assert whole == [500] * 12


def test_a_picture_and_its_mask_travel_as_they_are(page: Any, app: App) -> None:
    info = page.evaluate(
        """async (bytes) => {
          const { putPicture, putMask } = await import("/js/bridge.js");
          const file = new File([new Uint8Array(bytes)], "Über 漢.png");
          const info = await putPicture(file);
          return putMask(info.id, file);
        }""",
        list(png(20, 10, 200)),
    )
    assert (info["name"], info["width"], info["has_mask"]) == ("Über 漢.png", 20, True)
    size = page.evaluate(
        """async (url) => { const picture = new Image(); picture.src = url; await picture.decode();
                            return picture.naturalWidth; }""",
        info["url"],
    )
    assert size == 20
    assert call(page, "picture_info", info["id"])["value"] == info


def test_a_picture_that_is_too_large_is_refused_before_it_is_sent(page: Any) -> None:
    message = page.evaluate(
        """async () => {
          const { putPicture } = await import("/js/bridge.js");
          const file = new File([], "big.png");
          Object.defineProperty(file, "size", { value: 300 * 2 ** 20 });
          return putPicture(file).catch((error) => error.message);
        }"""
    )
    assert message == "big.png is larger than 200 MB."


FOLLOW = """async ([run, after]) => {
  const { subscribe } = await import("/js/bridge.js");
  window.got = [];
  window.batches = 0;
  window.end = subscribe(run, after, (events) => {
    window.batches += 1;
    window.got.push(...events.map((event) => event.seq));
  });
}"""


def test_events_are_followed_in_batches_and_after_a_lost_connection(
    page: Any, app: App, page_errors: list[str]
) -> None:
    run = RunDir(app.runs / "läuft 1")
    run.path.mkdir(parents=True)
    write_events(run, *(step_event(number) for number in range(1, 301)))
    page.evaluate(FOLLOW, ["läuft 1", 100])
    page.wait_for_function("() => window.got.length === 200")
    assert page.evaluate("window.batches") < 20
    page.context.set_offline(True)
    write_events(run, step_event(301))
    page.context.set_offline(False)
    page.wait_for_function("() => window.got.at(-1) === 301")
    assert page.evaluate("window.got") == list(range(101, 302))
    page.evaluate("window.end()")
    page_errors.clear()


def test_a_page_in_the_background_gives_its_connection_back(page: Any, app: App) -> None:
    """A browser keeps six connections to a host: six forgotten tabs must not block the seventh."""
    run = RunDir(app.runs / "a")
    run.path.mkdir(parents=True)
    write_events(run, step_event(1))
    page.evaluate(FOLLOW, ["a", 0])
    page.wait_for_function("() => window.got.length === 1")
    show = """(hidden) => {
      Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    }"""
    page.evaluate(show, True)
    write_events(run, step_event(2))
    page.wait_for_timeout(800)
    assert page.evaluate("window.got") == [1]
    page.evaluate(show, False)
    page.wait_for_function("() => window.got.length === 2")
    assert page.evaluate("window.got") == [1, 2]


def test_a_closed_program_is_noticed(page: Any, app: App, page_errors: list[str]) -> None:
    held = Held(page, "warm_up")  # so that it is unanswered for sure
    page.reload()
    page.wait_for_selector("html[data-eel=ready]")
    waiting = """() => { window.waiting = import("/js/bridge.js").then((bridge) => bridge.call("warm_up", "nowhere"))
                         .catch((error) => error.code); }"""
    page.evaluate(waiting)
    held.wait(1)
    app.stop()
    page.wait_for_selector("html[data-eel=closed]")
    assert page.evaluate("window.waiting") == "disconnected"
    assert call(page, "app_state")["error"]["code"] == "disconnected"
    page_errors.clear()


def test_another_sites_page_can_do_nothing(page: Any, app: App) -> None:
    """A page of a foreign origin in the very browser that was let in."""
    foreign = page.context.new_page()
    foreign.goto("data:text/html,<h1>foreign</h1>")
    results = foreign.evaluate(
        """async ([origin, socket]) => {
          const attempt = (promise) => promise.then((r) => `status ${r.status}`, () => "refused");
          const websocket = await new Promise((resolve) => {
            const ws = new WebSocket(socket);
            ws.onopen = () => resolve("open");
            ws.onerror = () => resolve("refused");
          });
          return [
            await attempt(fetch(`${origin}/js/bridge.js`, { credentials: "include" })),
            await attempt(fetch(`${origin}/api/pictures?name=a`, { method: "PUT", body: "x", credentials: "include" })),
            websocket,
          ];
        }""",
        [app.origin, f"ws://127.0.0.1:{app.port}/eel"],
    )
    assert results == ["refused"] * 3
    foreign.goto(
        f"data:text/html,<img src='{app.origin}/favicon.svg' onload='document.title=1' onerror='document.title=2'>"
    )
    foreign.wait_for_function("() => document.title")
    assert foreign.title() == "2"
