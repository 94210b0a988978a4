"""Someone who reads a map in a real browser, for the tests of pages."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

selenium = pytest.importorskip("selenium", reason="selenium is not installed")

from selenium import webdriver  # noqa: E402 - after the check above
from selenium.webdriver.common.by import By  # noqa: E402
from selenium.webdriver.support.ui import WebDriverWait  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
CHROMEDRIVER = shutil.which("chromedriver")
needs_browser = pytest.mark.skipif(
    not (CHROMIUM and CHROMEDRIVER), reason="needs Debian's chromium and chromium-driver"
)
WAIT_S = 10.0


class Reader:
    """Someone who reads the map in a browser."""

    def __init__(self, driver: webdriver.Chrome) -> None:
        """Take a browser."""
        self.driver = driver

    def open(self, path: Path, hash_: str = "", *, size: tuple[int, int] = (1366, 768)) -> None:
        """Open a page afresh, and wait until it is ready."""
        metrics = {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        self.driver.get("about:blank")
        self.driver.get_log("browser")
        self.driver.get(path.as_uri() + hash_)
        self.wait(lambda: self.run("return document.documentElement.dataset.ready") == "true")

    def wait(self, holds: Callable[[], object]) -> None:
        """Wait until something holds."""
        WebDriverWait(self.driver, WAIT_S, poll_frequency=0.02).until(lambda _driver: holds())

    def run(self, script: str, *arguments: object) -> object:
        """Run a script in the page."""
        return self.driver.execute_script(script, *arguments)

    def find(self, css: str) -> webdriver.remote.webelement.WebElement:
        """Find one element."""
        return self.driver.find_element(By.CSS_SELECTOR, css)

    def text(self, css: str) -> str:
        """Text of one element, shown or not."""
        return str(self.run("return document.querySelector(arguments[0]).textContent", css))

    def follow(self, words: str) -> None:
        """Click a link of the card."""
        self.find("#card").find_element(By.PARTIAL_LINK_TEXT, words).click()

    def wait_for_card(self, name: str) -> None:
        """Wait until the card of that name is open."""
        self.wait(
            lambda: self.run("return document.querySelector('#card h2')?.textContent") == name
        )

    def click_at(self, lat: float, lon: float) -> None:
        """Click a place of the map with the mouse."""
        x, y = self.run(
            "const m = tonglingPage.map, p = m.latLngToContainerPoint([...arguments]),"
            "b = m.getContainer().getBoundingClientRect(); return [b.x + p.x, b.y + p.y]",
            lat,
            lon,
        )
        for kind in ("mousePressed", "mouseReleased"):
            self.mouse(kind, x, y)

    def mouse(self, kind: str, x: float, y: float) -> None:
        """Move the mouse, or press or release its left button."""
        mouse = {"x": x, "y": y, "button": "left", "buttons": 1, "clickCount": 1}
        self.driver.execute_cdp_cmd("Input.dispatchMouseEvent", {"type": kind, **mouse})

    def drag(self, css: str, by_x: float, by_y: float) -> None:
        """Drag an element with the mouse."""
        x, y = self.run(
            "const b = document.querySelector(arguments[0]).getBoundingClientRect();"
            "return [b.x + b.width / 2, b.y + b.height / 2]",
            css,
        )
        self.mouse("mousePressed", x, y)
        for share in (0.3, 0.7, 1.0):
            self.mouse("mouseMoved", x + share * by_x, y + share * by_y)
        self.mouse("mouseReleased", x + by_x, y + by_y)

    def complaints(self) -> list[str]:
        """What the console says, and what was asked for from outside."""
        told = [entry["message"] for entry in self.driver.get_log("browser")]
        asked = self.run("return performance.getEntriesByType('resource').map((one) => one.name)")
        return told + list(asked)


@contextmanager
def chrome() -> Iterator[webdriver.Chrome]:
    """Open a browser without a screen, and close it."""
    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(
        options=options, service=webdriver.ChromeService(executable_path=CHROMEDRIVER)
    )
    try:
        yield driver
    finally:
        driver.quit()
