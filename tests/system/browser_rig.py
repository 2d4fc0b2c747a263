"""A person at a real browser: Debian's chromium, driven by selenium. What a page says, what is pressed on it, pictures of it in both
widths, and what went wrong meanwhile. BILAG_PICTURES, a folder, keeps the pictures."""
import base64
import contextlib
import json
import os
import pathlib

from console_rig import PASSWORD

WIDE, NARROW = (1280, 900), (390, 844)
PICTURES = os.environ.get("BILAG_PICTURES")
OPENED = "document.querySelectorAll('details').forEach(d => d.open = true)"


def start_browser():
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service
    options = webdriver.ChromeOptions()
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--disable-background-networking",
                     "--disable-component-update", "--disable-sync", "--no-first-run",
                     "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
    driver.set_script_timeout(60)
    return driver


class Browser:
    """One window; `until` waits for a condition, and fails the test (Pipeline.until)."""

    def __init__(self, driver, port, until):
        self.driver, self.base, self.until = driver, f"http://127.0.0.1:{port}", until
        self.pictures = 0

    # -- going and reading --

    def go(self, path):
        self.driver.get(self.base + path)
        self.driver.execute_script(OPENED)

    def words(self):
        return " ".join(self.driver.find_element("tag name", "body").text.split())

    def says(self, text):
        assert text in self.words(), (text, self.words())

    def comes_to_say(self, path, text):
        """The page says it sooner or later, when it is loaded again."""
        def look():
            self.go(path)
            return text in self.words()
        self.until(f"{path} says {text}", look)

    def sign_in(self, name):
        self.driver.delete_all_cookies()
        self.go("/sign-in")
        self.fill(name=name, password=PASSWORD)
        self.press("form.sign button")
        assert not self.driver.current_url.endswith("/sign-in"), self.words()

    # -- filling in and pressing --

    def fill(self, within="", **values):
        """Fields by their names; within: a form's selector. A box takes True or False."""
        self.fill_in(values, within)

    def fill_in(self, values, within=""):
        for name, value in values.items():
            fields = [e for e in self.driver.find_elements("css selector", f'{within} [name="{name}"]') if e.is_displayed()]
            assert fields, (name, within, self.driver.current_url, self.words())
            field, kind = fields[0], fields[0].get_attribute("type")
            if kind == "checkbox":
                if field.is_selected() != value:
                    field.click()
            elif fields[0].tag_name == "select":
                self.choose(field, value)
            elif kind in ("date", "time"):           # typed as the browser's own language has it; the value is the same in all
                self.driver.execute_script("arguments[0].value = arguments[1]", field, value)
            else:
                field.clear()
                field.send_keys(value)

    def choose(self, field, value):
        from selenium.webdriver.support.ui import Select
        Select(field).select_by_value(value)

    def press(self, selector, text=None):
        """The first button that is there under this selector, and says this; the next page is there after it."""
        for button in self.driver.find_elements("css selector", selector):
            if button.is_displayed() and (text is None or text == button.text):
                self.driver.execute_script("window.before = true; arguments[0].scrollIntoView({block: 'center'})", button)
                button.click()
                self.until("the next page", lambda: self.driver.execute_script(
                    "return !window.before && document.readyState == 'complete'"))
                self.driver.execute_script(OPENED)
                return
        raise AssertionError(f"no button {selector} {text!r} on {self.driver.current_url}: {self.words()}")

    def form(self, action, **hidden):
        """The selector of the first form that goes there and has these hidden fields; in a test's own attribute."""
        for form in self.driver.find_elements("css selector", f'form[action="{action}"]'):
            have = {e.get_attribute("name"): e.get_attribute("value") for e in form.find_elements("css selector", "input[type=hidden]")}
            if all(have.get(key) == value for key, value in hidden.items()):
                self.driver.execute_script("document.querySelectorAll('[data-test]').forEach(e => e.removeAttribute('data-test'));"
                                           "arguments[0].setAttribute('data-test', 'this')", form)
                return "form[data-test=this]"
        raise AssertionError(f"no form {action} {hidden} on {self.driver.current_url}: {self.words()}")

    def decide(self, action, hidden, **fields):
        form = self.form(action, **hidden)
        self.fill_in(fields, form)
        self.press(form + " button")

    # -- looking --

    def see(self, width, height, scheme="light"):
        """The page as it is in a window of this size and scheme; how many px it is wider than the window."""
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {"width": width, "height": height, "deviceScaleFactor": 1,
                                                                           "mobile": width < 500})
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [
            {"name": "prefers-color-scheme", "value": scheme}, {"name": "prefers-reduced-motion", "value": "reduce"}]})
        return self.driver.execute_script("return document.documentElement.scrollWidth") - width

    def keep(self, name):
        if PICTURES:
            folder = pathlib.Path(PICTURES)
            folder.mkdir(parents=True, exist_ok=True)
            size = self.driver.execute_cdp_cmd("Page.getLayoutMetrics", {})["cssContentSize"]
            data = self.driver.execute_cdp_cmd("Page.captureScreenshot", {"captureBeyondViewport": True, "clip": {
                "x": 0, "y": 0, "width": size["width"], "height": min(size["height"], 3000), "scale": 1}})["data"]
            (folder / f"{name}.png").write_bytes(base64.b64decode(data))

    def picture(self, name):
        """In both widths: nothing is wider than its window."""
        self.pictures += 1
        for width, height in (NARROW, WIDE):
            over = self.see(width, height)
            self.keep(f"{name}-{width}")
            assert over <= 0, (name, width, f"{over} px too wide")

    def errors(self):
        """What the browser's console has, but for answers that say no."""
        return [entry["message"] for entry in self.driver.get_log("browser")
                if entry["level"] == "SEVERE" and not any(f"status of {code}" in entry["message"] for code in (400, 403, 404, 409))]

    def elsewhere(self):
        """What was asked for that is not the console's."""
        events = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        return [e["params"]["request"]["url"] for e in events if e["method"] == "Network.requestWillBeSent"
                and not e["params"]["request"]["url"].startswith((self.base + "/", "data:"))]


@contextlib.contextmanager
def browser_at(port, until):
    driver = start_browser()
    try:
        yield Browser(driver, port, until)
    finally:
        driver.quit()
