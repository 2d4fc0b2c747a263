"""`bilag status --html FOLDER`: an overview, a page a venue, and a stamp that turns red by itself when nobody has looked for long."""
import re
import shutil

import pytest

from pipeline import Pipeline
from test_cli import day_of, until_state, venue, DAY


def files(folder):
    return {path.name: path for path in folder.iterdir()}


def changed(before, folder):
    return {name for name, path in files(folder).items() if before.get(name) != path.stat().st_ino}


def inodes(folder):
    return {name: path.stat().st_ino for name, path in files(folder).items()}


# Goal: only what changed is written; each file is its owner's alone; what is of no venue any more goes; the stamp is always new.
def test_pages(tmp_path):
    venues = {name: {**venue(name), "name": f"The {name} & <b>co</b>", "company": company}
              for name, company in (("oslo-grill", "912345678"), ("index", "987654321"))}
    with Pipeline(venues, parent=tmp_path) as pipeline:
        folder = pipeline.folder / "pages"
        folder.mkdir(mode=0o700)

        def write(*args, check=False):
            return pipeline.command("status", "--html", folder, *args, check=check)

        write()
        assert set(files(folder)) == {"index.html", "stamp.html", "style.css", "venue-oslo-grill.html", "venue-index.html"}
        assert all(path.stat().st_mode & 0o777 == 0o600 for path in files(folder).values())
        first = (folder / "index.html").read_text(encoding="utf-8")
        assert 'href="venue-oslo-grill.html"' in first and "The index &#38; &#60;b&#62;co" in first and "unsafe" not in first
        before = inodes(folder)
        pipeline.set_clock(2)                                # a later moment: the stamp says it, and the venues say the same
        write()
        assert changed(before, folder) == {"index.html", "stamp.html"}
        before = inodes(folder)
        pipeline.post(day_of(3))
        until_state(pipeline, f"oslo-grill/{DAY}/1", "sent")
        pipeline.set_clock(4)
        write()
        assert changed(before, folder) == {"index.html", "stamp.html", "venue-oslo-grill.html"}
        assert f"oslo-grill/{DAY}/1" in (folder / "venue-oslo-grill.html").read_text(encoding="utf-8")
        (folder / "venue-oslo-grill.html").chmod(0o644)      # somebody opened it to others: that is mended
        (folder / "venue-gone.html").write_text("true no longer")
        (folder / "notes.txt").write_text("somebody's own")
        write()
        assert (folder / "venue-oslo-grill.html").stat().st_mode & 0o777 == 0o600
        assert "venue-gone.html" not in files(folder) and "notes.txt" in files(folder)
        done = write("--venue", "oslo-grill")
        assert done.returncode == 2 and "a folder of pages holds all venues" in done.stderr


# Goal: who opens an old page sees red, with the page's own policy in force; a new one is not red; without script the time is there.
@pytest.mark.skipif(not shutil.which("chromedriver"), reason="no browser")
def test_the_stamp_in_a_browser(tmp_path):
    webdriver = pytest.importorskip("selenium.webdriver")
    options = webdriver.ChromeOptions()
    for word in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", f"--user-data-dir={tmp_path}/browser"):
        options.add_argument(word)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    with Pipeline({"oslo-grill": venue()}, parent=tmp_path) as pipeline:
        folder, page = pipeline.folder / "pages", pipeline.folder / "page.html"
        folder.mkdir(mode=0o700)
        for path in (folder, page):
            pipeline.command("status", "--html", path, check=False)
        for path in (page, folder / "stamp.html", folder / "index.html"):
            text = path.read_text(encoding="utf-8")
            moment = re.search(r'<time class="stamp" datetime="([^"]+)">\1</time>', text)
            assert moment, path
            path.with_suffix(".old.html").write_text(text.replace(moment[1], "2026-01-02T03:04:05Z"), encoding="utf-8")
        driver = webdriver.Chrome(options=options, service=webdriver.chrome.service.Service("/usr/bin/chromedriver"))
        try:
            for path in (page, folder / "stamp.html", folder / "index.html"):
                for shown, old in ((path, False), (path.with_suffix(".old.html"), True)):
                    driver.get(f"file://{shown}")
                    stamp = driver.find_element("css selector", "time.stamp")
                    assert ("old" in stamp.get_attribute("class").split()) is old, shown
                    assert (stamp.value_of_css_property("font-weight") == "700") is old, shown          # the sheet is taken, too
            driver.get(f"file://{folder / 'venue-oslo-grill.html'}")
            driver.switch_to.frame(driver.find_element("css selector", "iframe"))
            assert driver.find_element("css selector", "time.stamp")
            refused = [row["message"] for row in driver.get_log("browser") if "Content Security Policy" in row["message"]]
            assert refused == []
        finally:
            driver.quit()
