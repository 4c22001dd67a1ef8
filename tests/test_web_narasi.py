"""The statements that hold, on the local page."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from monitor.store import narratives
from tests.web_visit import visiting
from tests.web_world import make_world


def test_the_page_lists_what_holds_with_its_link(tmp_path: Path) -> None:
    world = make_world(tmp_path)
    db = world.open_db()
    with visiting(world) as visitor:
        assert "Belum ada narasi yang berlaku" in visitor.read().text
    with db.atomic():
        for topic, title in (("a", "Vaksin <rabies>"), ("b", "Lama")):
            days = 3 if topic == "a" else -1
            number = narratives.propose(
                db,
                topic,
                title,
                ["Stok tersedia & cukup."],
                "Budi",
                world.now - timedelta(days=9),
                link="https://ppid.kalteng.go.id/x",
                until_at=world.now + timedelta(days=days),
            )
            narratives.approve(db, number, "Citra", "", world.now - timedelta(days=8))
    db.close()
    with visiting(world) as visitor:
        text = visitor.read().text
    assert "Vaksin &lt;rabies&gt; v1" in text
    assert "Stok tersedia &amp; cukup." in text
    assert 'href="https://ppid.kalteng.go.id/x"' in text
    assert "Lama v1" not in text
