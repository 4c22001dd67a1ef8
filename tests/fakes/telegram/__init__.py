"""A Telegram Bot API server on loopback for tests, driven from Python or over `/_ctl/`.

    with FakeTelegram() as fake:
        bot = telegram.Bot(fake.token, fake.base_url, fake.base_file_url)
        fake.message(chat_id=5, user_id=5, text="/mulai")
        ...
        assert not fake.violations()

The wording of its refusals is from knowledge, not from the service: compare the class of an
error and a short piece of its text, never the whole.
"""

from .running import TOKEN, FakeTelegram

__all__ = ["TOKEN", "FakeTelegram"]
