"""A real browser: the Chromium of the system, driven by Playwright, which downloads none."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Browser, Page, ViewportSize, async_playwright

PHONE = ViewportSize(width=390, height=844)
PHONE_AT_200_PERCENT = ViewportSize(width=195, height=422)
DESKTOP = ViewportSize(width=1280, height=860)

_NAMES = ("chromium", "chromium-browser", "google-chrome")


def browser_path() -> str:
    """Where the browser is. Without one the test is skipped with the reason, and fails where CI=true."""
    path = next((found for name in _NAMES if (found := shutil.which(name))), None)
    if path is not None:
        return path
    reason = "no Chromium on this machine (Debian: apt-get install chromium)"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """The browser, without a window."""
    # Chromium refuses its sandbox to root, as which containers run; the pages are our own.
    args = ["--no-sandbox"] if os.geteuid() == 0 else []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=browser_path(), args=args)
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def opened(
    url: str, viewport: ViewportSize = PHONE, *, dark: bool = False, calm: bool = True
) -> AsyncIterator[Page]:
    """The page in a fresh browser, its conversation loaded. Fails on errors of scripts and of the policy."""
    async with chromium() as browser:
        context = await browser.new_context(
            viewport=viewport,
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce" if calm else "no-preference",
            locale="fr-FR",
        )
        page = await context.new_page()
        errors: list[str] = []
        asked: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda line: errors.append(line.text) if "Policy" in line.text else None)
        page.on("request", lambda request: asked.append(request.url))
        await page.goto(url)
        await page.locator("#log[aria-busy=false]").wait_for()
        yield page
        assert errors == []
        assert [other for other in asked if not other.startswith(url)] == []
