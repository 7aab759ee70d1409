"""Somebody at a browser: what they press, type and draw is counted, what goes wrong on the way is noted."""

from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import ConsoleMessage, Locator, Page, Request, Response

DESKTOP = {"width": 1280, "height": 860}
PHONE = {"width": 390, "height": 844}
GRAVE = {"serious", "critical"}
AXE = """() => axe.run({resultTypes: ["violations"]})
  .then((found) => found.violations.map((one) => [one.impact, one.id, one.nodes[0].html]))"""
COMPOSITION = """() => {
  const parts = [...document.querySelectorAll("body, body *")].map((one) =>
    [one.tagName, one.type ?? "", one.className?.baseVal ?? one.className].join(" "));
  return [...new Set(parts)].sort().join("|");
}"""
NO_FAULT = 422  # the form again, with its mistakes: Chromium notes it as an error, to us it is an answer

MOST_TABS = 60
FOCUSED = """() => {
  const one = document.activeElement;
  return (one.labels?.[0] ?? one).innerText?.trim() ?? "";
}"""

# A name of three strokes, as parts of the pad's width and height.
STROKES = (
    ((0.10, 0.55), (0.16, 0.30), (0.22, 0.70), (0.28, 0.40)),
    ((0.38, 0.35), (0.46, 0.62), (0.52, 0.33)),
    ((0.60, 0.50), (0.70, 0.45), (0.80, 0.58)),
)


@dataclass
class Walker:
    """A person at a page. `steps` counts what the hand does: each press, each field, each drawing, each file."""

    page: Page
    home: str
    known: set[str]
    """The compositions of parts that axe has seen in this run."""
    steps: int = 0
    faults: list[str] = field(default_factory=list)
    answers: set[int] = field(default_factory=lambda: {NO_FAULT})
    """The refusals that are no fault: of these the browser may complain."""
    status: int = 0
    """How the registry answered the last page that was asked for."""

    def __post_init__(self) -> None:
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.faults.append(f"{self.page.url}: {error}"))
        self.page.on("request", self._asked)
        self.page.on("response", self._answered)

    def _heard(self, message: ConsoleMessage) -> None:
        """Note errors and warnings; violations of the content policy are among the errors."""
        if message.location["url"] == f"{self.home}/favicon.ico":
            return  # asked for beside a paper, which cannot name an icon
        refusal = any(f"status of {status} " in message.text for status in self.answers)
        if message.type in {"error", "warning"} and not refusal:
            self.faults.append(f"{self.page.url}: {message.text}")

    def _asked(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in {"http", "https", "ws", "wss"} and not request.url.startswith(self.home):
            self.faults.append(f"{self.page.url} asks {parts.netloc}")

    def _answered(self, response: Response) -> None:
        if response.request.is_navigation_request():
            self.status = response.status

    def go(self, path: str) -> None:
        """Open an address: typed, scanned, or from a message."""
        self.page.goto(path)

    def weigh(self, path: str) -> int:
        """Open an address with nothing kept from before, and return how many bytes came over the line."""
        wire = self.page.context.new_cdp_session(self.page)
        received: list[float] = []
        wire.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
        wire.send("Network.enable")
        wire.send("Network.setCacheDisabled", {"cacheDisabled": True})
        self.page.goto(path, wait_until="networkidle")
        wire.detach()
        return int(sum(received))

    def press(self, name: str, within: Locator | None = None) -> None:
        """Press the one button or link of that name."""
        self.do(self.named(name, within).click)

    def named(self, name: str, within: Locator | None = None) -> Locator:
        place = within or self.page.locator("main")
        return place.get_by_role("button", name=name, exact=True).or_(place.get_by_role("link", name=name, exact=True))

    def fill(self, label: str, words: str, enter: bool = False) -> None:
        """Type into the field of that label, and perhaps end with Enter."""
        place = self.page.locator("main").get_by_label(label)
        self.do(lambda: place.fill(words))
        if enter:
            place.press("Enter")

    def attach(self, label: str, name: str, kind: str, content: bytes) -> None:
        place = self.page.locator("main").get_by_label(label)
        self.do(lambda: place.set_input_files({"name": name, "mimeType": kind, "buffer": content}))

    def fetch(self, name: str) -> bytes:
        """Return the paper that the link of that name opens."""
        answer = self.page.context.request.get(self.named(name).get_attribute("href") or "")
        assert (answer.status, answer.headers["content-type"]) == (200, "application/pdf")
        return answer.body()

    def draw_name(self) -> None:
        """Draw on the pad with the mouse."""
        pad = self.page.locator("canvas")
        pad.scroll_into_view_if_needed()
        box = pad.bounding_box()
        assert box is not None
        mouse = self.page.mouse
        for stroke in STROKES:
            points = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in stroke]
            mouse.move(*points[0])
            mouse.down()
            for point in points[1:]:
                mouse.move(*point, steps=4)
            mouse.up()
        self.steps += 1

    def do(self, act: Callable[[], object]) -> None:
        """Do something that is one step."""
        act()
        self.steps += 1

    def sign_out(self) -> None:
        menu = self.page.locator("details.person")
        self.do(menu.locator("summary").click)
        self.press("退出", menu)

    def tab_to(self, name: str) -> None:
        """Press the tab key until the focus is on what bears that name."""
        for _press in range(MOST_TABS):
            self.page.keyboard.press("Tab")
            if self.page.evaluate(FOCUSED).startswith(name):
                return
        raise AssertionError(f"the tab key never comes to {name}")

    def keys(self, *names: str) -> None:
        for name in names:
            self.page.keyboard.press(name)

    def types(self, words: str) -> None:
        self.page.keyboard.type(words)

    def inspect(self) -> list[str]:
        """Return what is wrong with the page: too wide for a phone, or grave in the eyes of axe."""
        usual = self.page.viewport_size or DESKTOP
        self.page.set_viewport_size(PHONE)
        wrong = [f"{self.page.url}: {self.overflow} pixels too wide on a phone"] if self.overflow else []
        self.page.set_viewport_size(usual)
        composition = self.page.evaluate(COMPOSITION)
        if composition in self.known:
            return wrong
        self.known.add(composition)
        self.page.evaluate(AXE_SCRIPT)
        found = self.page.evaluate(AXE)
        return wrong + [f"{self.page.url}: {rule} at {where}" for impact, rule, where in found if impact in GRAVE]

    @property
    def overflow(self) -> int:
        """By how many pixels the page is wider than the window."""
        wider = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        return int(wider)

    def expect_clean(self) -> None:
        assert self.inspect() == []

    def settled(self) -> None:
        """Fail on anything that went wrong on the way."""
        assert self.faults == []
