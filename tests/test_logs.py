"""A planted secret never reaches the log, whichever way it is logged."""

import base64
import io
import json
import logging
import sys
from collections.abc import Iterator

import pytest

from monitor.logs import HIDDEN, JsonFormatter, RedactingFilter, configure, quieten, redact

TOKEN = "123456789:AAkunci-palsu_untuk-uji-saja-000000"
PASSWORD = "abcd efgh ijkl mnop"
LOGIN = base64.b64encode(f"admin:{PASSWORD}".encode()).decode()
SECRETS = (TOKEN, PASSWORD)


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    root, written = logging.getLogger(), io.StringIO()
    before = root.handlers[:], root.level
    yield written
    root.handlers, root.level = before
    for name in ("httpx", "httpcore", "telegram"):
        logging.getLogger(name).setLevel(logging.NOTSET)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (f"kunci {TOKEN}!", f"kunci {HIDDEN}!"),
        (f"POST https://x.example/bot{TOKEN}/getMe", f"POST https://x.example/bot{HIDDEN}/getMe"),
        (f"bot{TOKEN.replace(':', '%3A')}/x", f"bot{HIDDEN}/x"),
        ("bot42:lain/getMe", f"bot{HIDDEN}/getMe"),
        ("555555:BBtanda-lain-yang-panjang-sekali", HIDDEN),
        (f"sandi {PASSWORD}", f"sandi {HIDDEN}"),
        ("sandi abcdefghijklmnop", f"sandi {HIDDEN}"),
        ("sandi=abcd%20efgh%20ijkl%20mnop", f"sandi={HIDDEN}"),
        (f"Basic {LOGIN}", f"Basic {HIDDEN}"),
        ("Bearer ab.cd-ef", f"Bearer {HIDDEN}"),
        (f"authorization: basic {LOGIN}", f"authorization: {HIDDEN}"),
        ("{'Authorization': 'abc', 'x': 1}", f"{{'Authorization': '{HIDDEN}', 'x': 1}}"),
        ("(b'Authorization', b'abc')", f"(b'Authorization', b'{HIDDEN}')"),
        ("https://admin:rahasia@x.example/", f"https://{HIDDEN}@x.example/"),
        ("GET /v1?a=1&access_token=abc&b=2", f"GET /v1?a=1&access_token={HIDDEN}&b=2"),
    ],
)
def test_secrets_are_replaced_and_the_rest_is_kept(text: str, left: str) -> None:
    assert redact(text, SECRETS) == left


@pytest.mark.parametrize(
    "text",
    ["", "notice 7 to chat -1001234567890: sent", "12:30 basic information", "pukul 10:15 WIB"],
)
def test_plain_lines_stay_as_they_are(text: str) -> None:
    assert redact(text, SECRETS) == text


def test_empty_secrets_hide_nothing() -> None:
    assert redact("biasa", ["", " "]) == "biasa"


def test_a_longer_secret_leaves_no_piece_of_itself() -> None:
    assert redact("rahasia-panjang", ["rahasia", "rahasia-panjang"]) == HIDDEN


@pytest.mark.parametrize("as_json", [False, True])
def test_message_arguments_and_exceptions_are_clean(stream: io.StringIO, as_json: bool) -> None:
    configure("info", SECRETS, stream, json=as_json)
    log = logging.getLogger("uji")
    log.info("kunci %s, alamat %s", TOKEN, f"/bot{TOKEN}/x")
    log.warning({"Authorization": LOGIN})
    try:
        raise ValueError(f"sandi {PASSWORD}") from KeyError(TOKEN)
    except ValueError:
        log.exception("gagal", stack_info=True)
    written = stream.getvalue()
    for secret in (TOKEN, PASSWORD, LOGIN):
        assert secret not in written
    assert "ValueError: sandi ***" in written
    assert written.count("gagal") >= 1


def test_a_log_line_is_one_json_object(stream: io.StringIO) -> None:
    configure(logging.INFO, (), stream, json=True)
    logging.getLogger("uji").warning("hujan\ndi Sampit")
    line = json.loads(stream.getvalue())
    assert (line["level"], line["logger"], line["message"]) == (
        "warning",
        "uji",
        "hujan\ndi Sampit",
    )
    assert line["at"].endswith("+00:00")
    assert "exception" not in line


def test_a_json_line_tells_an_exception_without_the_filter_too() -> None:
    try:
        raise ValueError("patah")
    except ValueError:
        made = logging.LogRecord("x", 20, "f", 1, "gagal", (), sys.exc_info())
    assert "ValueError: patah" in json.loads(JsonFormatter().format(made))["exception"]


def test_plain_lines_tell_level_and_words(stream: io.StringIO) -> None:
    configure("INFO", (), stream)
    logging.getLogger("uji").error("putus")
    assert stream.getvalue().endswith(" ERROR putus\n")


def test_configuring_again_replaces_the_stream_and_leaves_others(stream: io.StringIO) -> None:
    other = logging.NullHandler()
    logging.getLogger().addHandler(other)
    first = io.StringIO()
    configure("INFO", (), first)
    configure("ERROR", (), stream)
    logging.getLogger("uji").error("sekali")
    logging.getLogger("uji").info("tidak")
    assert (first.getvalue(), stream.getvalue().count("\n")) == ("", 1)
    assert other in logging.getLogger().handlers


@pytest.mark.parametrize("name", ["httpx", "httpcore"])
def test_libraries_that_write_addresses_are_silenced(stream: io.StringIO, name: str) -> None:
    configure("DEBUG", (), stream)
    logging.getLogger(name).info("HTTP Request: POST https://x.example/")
    assert stream.getvalue() == ""


def test_silencing_never_makes_a_library_louder() -> None:
    logger = logging.getLogger("httpx")
    logger.setLevel(logging.CRITICAL)
    quieten()
    assert logger.level == logging.CRITICAL
    logger.setLevel(logging.NOTSET)


def test_handlers_after_the_filter_see_the_clean_record_too() -> None:
    try:
        raise ValueError(TOKEN)
    except ValueError:
        made = logging.LogRecord("x", 20, "f", 1, "k %s", (TOKEN,), sys.exc_info())
    assert RedactingFilter(SECRETS).filter(made)
    assert RedactingFilter(SECRETS).filter(made)
    assert TOKEN not in logging.Formatter().format(made)
    assert (made.exc_info, made.args) == (None, None)


def test_words_that_do_not_fit_their_arguments_are_still_clean() -> None:
    made = logging.LogRecord("x", 20, "f", 1, "%d buah", (TOKEN,), None)
    assert RedactingFilter(SECRETS).filter(made)
    assert made.getMessage() == "%d buah ('***',)"


def test_an_unknown_level_is_refused(stream: io.StringIO) -> None:
    with pytest.raises(ValueError, match="BISING"):
        configure("bising", (), stream)
