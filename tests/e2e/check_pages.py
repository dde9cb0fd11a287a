#!/usr/bin/env python3
"""check_pages.py AXE PAGE... [--widths 1280,768,360] [--screenshots FOLDER]

Opens HTML files in Chromium at each width, at the first one also in the dark, and says what is wrong with them: rules of
accessibility that they break (AXE is axe-core's axe.min.js; WCAG 2.2 A and AA, and good practice), and
what is wider than the window. One line each with the views that show it, and status 1 when there is any.
"""
import argparse
import base64
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request

NOBODY = 65534
ANSWER_S = 120
SWITCHES = ["--headless=new", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--no-proxy-server",
            "--disable-extensions", "--disable-sync", "--disable-background-networking",
            "--host-resolver-rules=MAP * ~NOTFOUND"]

RULES = """axe.run(document, {
    resultTypes: ["violations"],
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
}).then(found => found.violations.map(rule => ({
    id: rule.id, impact: rule.impact, help: rule.help, count: rule.nodes.length,
    where: rule.nodes.slice(0, 3).map(node => node.target.join(" ")),
    why: rule.nodes[0].failureSummary.split("\\n").slice(1, 2).join("").trim()
})))"""

# What may be scrolled by itself is not counted: of the rest, the outermost that pass the right edge.
WIDTHS = """(() => {
    const top = document.scrollingElement, room = top.clientWidth;
    if (top.scrollWidth <= room) return [];
    const scrolls = e => /auto|scroll|hidden|clip/.test(getComputedStyle(e).overflowX);
    const inside = e => { for (e = e.parentElement; e && e !== top; e = e.parentElement) if (scrolls(e)) return true; };
    const wide = [...document.body.querySelectorAll("*")].filter(
        e => e.getBoundingClientRect().right > room + 0.5 && !inside(e));
    return [`${top.scrollWidth} of ${room} pixels`, ...wide.slice(0, 3).map(
        e => `<${e.localName}> in #${e.closest("[id]")?.id || ""}: "${e.textContent.slice(0, 40)}"`)];
})()"""


class Browser:
    """A session of Chromium over WebDriver, in a folder of its own; as nobody when root asks."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="automagi-pages."))
        self.session = None
        self.driver = None
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            self.start()
        except BaseException:
            self.end()
            raise

    def start(self):
        rights = {}
        if os.geteuid() == 0:
            os.chown(self.folder, NOBODY, NOBODY)
            rights = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
        home = {name: str(self.folder) for name in ("HOME", "TMPDIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME")}
        self.driver = subprocess.Popen(
            ["chromedriver", "--port=0"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
            stderr=subprocess.DEVNULL, start_new_session=True, **rights,
            env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "DBUS_SESSION_BUS_ADDRESS": "disabled:", **home})
        for line in self.driver.stdout:
            found = re.search(r"started successfully on port (\d+)", line)
            if found:
                self.address = f"http://127.0.0.1:{found[1]}/session"
                break
        else:
            sys.exit("check_pages: chromedriver does not start")
        try:
            self.open_session(SWITCHES)
        except RuntimeError:  # no user namespaces, which its sandbox needs
            self.open_session(SWITCHES + ["--no-sandbox"])

    def open_session(self, switches):
        options = {"binary": shutil.which("chromium"), "args": switches}
        answer = self.send("POST", "", {"capabilities": {"alwaysMatch": {"goog:chromeOptions": options}}})
        self.session = answer["sessionId"]

    def send(self, method, path, body=None):
        request = urllib.request.Request(self.address + path, method=method,
                                         data=None if body is None else json.dumps(body).encode())
        try:
            with self.opener.open(request, timeout=ANSWER_S) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise RuntimeError(json.load(error)["value"]["message"].split("\n")[0]) from None

    def cdp(self, command, **params):
        return self.send("POST", f"/{self.session}/goog/cdp/execute", {"cmd": command, "params": params})

    def evaluate(self, expression):
        answer = self.cdp("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(answer["exceptionDetails"].get("exception", {}).get("description", "a script failed"))
        return answer["result"].get("value")

    def show(self, page, width, scheme):
        copy = self.folder / "page.html"  # which nobody can read
        shutil.copyfile(page, copy)
        copy.chmod(0o644)
        self.cdp("Page.setBypassCSP", enabled=True)  # for axe, which is no part of the page
        self.cdp("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
        self.cdp("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.send("POST", f"/{self.session}/url", {"url": copy.as_uri()})

    def end(self):
        if self.session is not None:
            self.send("DELETE", f"/{self.session}")
        if self.driver is not None:
            try:
                os.killpg(self.driver.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            self.driver.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def wrongs(browser, axe):
    yield from (f"wider than the window: {', '.join(wide)}" for wide in [browser.evaluate(WIDTHS)] if wide)
    browser.evaluate(axe + ";0")
    for rule in browser.evaluate(RULES):
        yield (f"{rule['id']} ({rule['impact']}), {rule['count']} times: {rule['help']}: "
               f"{'; '.join(rule['where'])}: {rule['why']}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("axe", type=pathlib.Path)
    parser.add_argument("pages", type=pathlib.Path, nargs="+")
    parser.add_argument("--widths", default="1280,768,360")
    parser.add_argument("--screenshots", type=pathlib.Path)
    options = parser.parse_args()
    axe = options.axe.read_text(encoding="utf-8")
    widths = [int(width) for width in options.widths.split(",")]
    views = [(width, "light") for width in widths] + [(widths[0], "dark")]
    looked = 0
    found = {}  # what is wrong: in which views
    browser = Browser()
    try:
        for page in options.pages:
            for width, scheme in views:
                browser.show(page, width, scheme)
                looked += 1
                for wrong in wrongs(browser, axe):
                    found.setdefault(f"{page.name}: {wrong}", []).append(f"{width} {scheme}")
                if options.screenshots:
                    picture = browser.cdp("Page.captureScreenshot", captureBeyondViewport=True)["data"]
                    options.screenshots.mkdir(exist_ok=True)
                    (options.screenshots / f"{page.stem}-{width}-{scheme}.png").write_bytes(
                        base64.b64decode(picture))
    finally:
        browser.end()
    for wrong, views in found.items():
        print(f"{wrong} [{', '.join(views)}]")
    print(f"{looked} views looked at, {len(found)} things found")
    return len(found) > 0


if __name__ == "__main__":
    sys.exit(main())
