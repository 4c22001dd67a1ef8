"""The editable files under data/: what is shipped is sound, and mistakes are named."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.errors import ConfigError
from monitor.knowledge import Knowledge, load_knowledge, read_taxonomy
from monitor.records import Intent, Issue

DATA = Path(__file__).parent.parent / "data"
TAXONOMY = '[banjir]\nname = "Banjir"\ncontent = "banjir, genangan"\nopd = "BPBD"\n'
TEMPLATE = (
    '[[template]]\nid = "a"\nintents = ["keluhan"]\nissues = ["banjir"]\n'
    'register = "semua"\nurgent = false\ntext = "{sapaan} kami cek."\n'
)


def write(folder: Path, taxonomy: str = TAXONOMY, **templates: str) -> Path:
    (folder / "templates").mkdir()
    (folder / "taxonomy.toml").write_text(taxonomy, encoding="utf-8")
    for name, text in templates.items():
        (folder / "templates" / f"{name}.toml").write_text(text, encoding="utf-8")
    return folder


def test_issues_and_templates_are_read_in_order(tmp_path: Path) -> None:
    second = TEMPLATE.replace('id = "a"', 'id = "b"')
    knowledge = load_knowledge(write(tmp_path, b=TEMPLATE, a=second))
    assert knowledge.taxonomy == {"banjir": Issue("banjir", "Banjir", "banjir, genangan", "BPBD")}
    assert [template.id for template in knowledge.templates] == ["b", "a"]


def test_an_issue_that_only_a_model_knows_shows_its_key() -> None:
    knowledge = Knowledge({"banjir": Issue("banjir", "Banjir", "", "BPBD")}, ())
    assert knowledge.issue("banjir").name == "Banjir"
    assert knowledge.issue("lama") == Issue("lama", "lama", "", "-")


def test_the_shipped_knowledge_is_sound() -> None:
    knowledge = load_knowledge(DATA)
    assert len(knowledge.taxonomy) == 21
    assert all(issue.name and issue.content and issue.opd for issue in knowledge.taxonomy.values())
    # A button carries "li:<comment>:<issue>" in 64 bytes.
    assert all(len(key.encode()) <= 40 for key in knowledge.taxonomy)
    ids = [template.id for template in knowledge.templates]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("intent", Intent)
@pytest.mark.parametrize("register", ["santai", "resmi"])
@pytest.mark.parametrize("urgent", [True, False])
def test_a_shipped_template_fits_every_comment(intent: Intent, register: str, urgent: bool) -> None:
    fitting = {
        template.text
        for template in load_knowledge(DATA).templates
        if intent in template.intents
        and not template.issues
        and template.register in (register, "semua")
        and template.urgent == urgent
    }
    # Whoever tells of danger is not thanked for praise.
    assert fitting or (urgent and intent is Intent.APRESIASI)


@pytest.mark.parametrize(
    ("taxonomy", "told"),
    [
        ("", "holds no issue"),
        ("[banjir] x", "line 1"),
        ('banjir = "x"', "[banjir]: needs exactly content, name, opd"),
        ('[banjir]\nname = "x"\n', "[banjir]: needs exactly content, name, opd"),
        (TAXONOMY + 'x = "y"\n', "[banjir]: needs exactly content, name, opd"),
    ],
)
def test_a_wrong_taxonomy_is_named(tmp_path: Path, taxonomy: str, told: str) -> None:
    file = write(tmp_path, taxonomy) / "taxonomy.toml"
    with pytest.raises(ConfigError, match=r"^taxonomy: .*taxonomy\.toml: ") as caught:
        read_taxonomy(file)
    assert told in str(caught.value)


def test_a_missing_taxonomy_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"taxonomy\.toml"):
        load_knowledge(tmp_path)


def test_a_file_in_another_encoding_is_named(tmp_path: Path) -> None:
    (write(tmp_path) / "templates" / "latin.toml").write_bytes(b"x = '\xe9'")
    with pytest.raises(ConfigError, match=r"latin\.toml"):
        load_knowledge(tmp_path)


def test_no_template_at_all_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no \.toml file here"):
        load_knowledge(write(tmp_path))


def test_a_template_for_an_unknown_issue_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"a\.toml.*issues: accepted: banjir"):
        load_knowledge(write(tmp_path, a=TEMPLATE.replace('["banjir"]', '["laut"]')))
